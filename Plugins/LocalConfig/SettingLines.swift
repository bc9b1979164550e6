// SPDX-License-Identifier: Apache-2.0

/// A file of NAME=value lines, with or without sections.
struct SettingLines {
    private var lines: [String]

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
    }

    var text: String { lines.map { $0 + "\n" }.joined() }

    /// Puts each line where its name stands already, else at the end, or below the head of its
    /// section.
    mutating func set(_ settings: [(String, String)], inSection section: String? = nil) {
        for (name, line) in settings {
            let range = range(of: section)
            if let index = lines[range].firstIndex(where: { Self.name(of: $0) == name }) {
                lines[index] = line
            } else if section == nil {
                lines.append(line)
            } else {
                lines.insert(line, at: range.lowerBound)
            }
        }
    }

    /// Removes the lines that read exactly so.
    mutating func remove(_ settings: [String]) {
        lines.removeAll { settings.contains($0) }
    }

    /// The lines of a section, whose head is added when it is missing.
    private mutating func range(of section: String?) -> Range<Int> {
        guard let section else { return lines.indices }
        let head: Int
        if let found = lines.firstIndex(of: "[\(section)]") {
            head = found
        } else {
            lines.append("[\(section)]")
            head = lines.count - 1
        }
        let end = lines[(head + 1)...].firstIndex { $0.hasPrefix("[") } ?? lines.count
        return (head + 1)..<end
    }

    private static func name(of line: String) -> String? {
        let name = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).first
        return name?.filter { !$0.isWhitespace }
    }
}
