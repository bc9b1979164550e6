// SPDX-License-Identifier: Apache-2.0

/// Lines of a manual page in the macros of man(7).
struct Roff {
    private(set) var lines: [String] = []

    var text: String { lines.joined(separator: "\n") + "\n" }

    mutating func section(_ title: String) { lines.append(".SH \(title)") }

    mutating func subsection(_ title: String) { lines.append(".SS \(Self.escaped(title))") }

    /// A new paragraph of plain text, each sentence on lines of its own.
    mutating func paragraph(_ text: String, isFirst: Bool = true) {
        for (index, part) in text.split(separator: "\n\n").enumerated() {
            if index > 0 || !isFirst { lines.append(".PP") }
            sentences(String(part))
        }
    }

    /// An entry of a list: `head` is roff already.
    mutating func entry(_ head: String, _ text: String) {
        lines += [".TP", head]
        sentences(text)
    }

    /// A line that is roff already.
    mutating func raw(_ line: String) { lines.append(line) }

    private mutating func sentences(_ text: String) {
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            let next = Self.escaped(line.isEmpty ? String(word) : "\(line) \(word)")
            if !line.isEmpty, next.count > 78 {
                lines.append(Self.escaped(line))
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
            if word.hasSuffix("."), word.count > 2 {
                lines.append(Self.escaped(line))
                line = ""
            }
        }
        if !line.isEmpty { lines.append(Self.escaped(line)) }
    }

    static func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }
    static func italic(_ text: String) -> String { "\\fI\(escaped(text))\\fR" }

    /// Text that stands for itself: a hyphen can be copied to a shell, and no line begins a request.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            default: result.append(character)
            }
        }
        return result.hasPrefix(".") ? "\\&" + result : result
    }
}
