// SPDX-License-Identifier: Apache-2.0

/// Rows of text in columns that line up.
struct TextTable {
    private var rows: [[String]] = []
    private let indentation: String

    init(indentation: Int = 0) { self.indentation = String(repeating: " ", count: indentation) }

    mutating func add(_ cells: String...) { rows.append(cells) }

    /// The rows as lines, two spaces between columns and none at the end of a line.
    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let padded = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count + 2)
            }
            var line = indentation + padded.joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
