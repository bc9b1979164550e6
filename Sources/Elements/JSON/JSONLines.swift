// SPDX-License-Identifier: Apache-2.0

/// A JSON value as a text in which each value begins a line of its own, with the place that each line came from.
///
/// JSON is YAML; a reader of YAML, which knows lines, so finds its way back to the value's place.
struct JSONLines {
    private(set) var lines: [String] = []
    private(set) var places: [JSONPath] = []

    var text: String { lines.joined(separator: "\n") + "\n" }

    /// `path` is where the value stands in its document.
    init(_ value: JSONValue, at path: JSONPath) {
        add(value, path, prefix: "", suffix: "")
    }

    private mutating func add(
        _ value: JSONValue, _ path: JSONPath, prefix: String, suffix: String
    ) {
        switch value {
        // Nothing at all, as YAML has it.
        case .null: line(prefix + "\"\"" + suffix, path)
        case .truth(let truth): line(prefix + String(truth) + suffix, path)
        case .number(let number): line(prefix + number + suffix, path)
        case .string(let text): line(prefix + Self.quoted(text) + suffix, path)
        case .list(let items):
            line(prefix + "[", path)
            for (index, item) in items.enumerated() {
                let isLast = index + 1 == items.count
                add(item, path.item(index), prefix: "", suffix: isLast ? "" : ",")
            }
            line("]" + suffix, path)
        case .object(let members):
            line(prefix + "{", path)
            let names = members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            for (index, name) in names.enumerated() {
                guard let member = members[name] else { continue }
                add(
                    member, path.member(name), prefix: Self.quoted(name) + ": ",
                    suffix: index + 1 == names.count ? "" : ",")
            }
            line("}" + suffix, path)
        }
    }

    private mutating func line(_ text: String, _ path: JSONPath) {
        lines.append(text)
        places.append(path)
    }

    /// The text in double quotes, with escapes that JSON and YAML share: YAML knows no halves of characters.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
