// SPDX-License-Identifier: Apache-2.0

/// A place in a JSON document as RFC 9535 writes it, such as `$.requires[0]` or `$.phases["pre-install"].order`.
struct JSONPath: Equatable, Sendable, CustomStringConvertible {
    /// One step down from an object or a list.
    enum Step: Equatable, Sendable {
        case member(String)
        case item(Int)
    }

    /// The document itself, `$`.
    static let root = JSONPath(steps: [])
    /// A longer name is cut: it comes out of a file that anybody may have written.
    private static let longestName = 100

    /// The way from the document to here.
    let steps: [Step]

    /// The member `name` of the object here.
    func member(_ name: String) -> JSONPath { JSONPath(steps: steps + [.member(name)]) }

    /// The item of the list here.
    func item(_ index: Int) -> JSONPath { JSONPath(steps: steps + [.item(index)]) }

    var description: String {
        steps.reduce(into: "$") { text, step in
            switch step {
            case .item(let index): text += "[\(index)]"
            case .member(let name):
                let shown =
                    name.count > Self.longestName ? name.prefix(Self.longestName) + "…" : name
                text += Self.isPlain(shown) ? ".\(shown)" : "[\(Self.quoted(shown))]"
            }
        }
    }

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

    private static func quoted(_ name: String) -> String {
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
