// SPDX-License-Identifier: Apache-2.0

/// A place in a JSON document as RFC 9535 writes it, such as `$.requires[0]` or `$.phases["pre-install"].order`.
struct JSONPath: Equatable, Sendable, CustomStringConvertible {
    /// The document itself, `$`.
    static let root = JSONPath(description: "$")

    let description: String

    /// The member `name` of the object here.
    func member(_ name: String) -> JSONPath {
        JSONPath(description: description + (Self.isPlain(name) ? ".\(name)" : "[\(quoted(name))]"))
    }

    /// The item of the list here.
    func item(_ index: Int) -> JSONPath { JSONPath(description: "\(description)[\(index)]") }

    /// Whether the name needs no quotes: letters, digits and '_', no digit first.
    private static func isPlain(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else {
            return false
        }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: !scalar.isASCII
            }
        }
    }

    private func quoted(_ name: String) -> String {
        var text = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\n": text += "\\n"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
