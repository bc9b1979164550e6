// SPDX-License-Identifier: Apache-2.0

/// A value of a JSON document.
enum JSONValue: Equatable, Sendable {
    case null
    case truth(Bool)
    /// As it is written: what it means is its reader's choice.
    case number(String)
    case string(String)
    case list([JSONValue])
    /// No two members have one name.
    case object([String: JSONValue])

    var text: String? { if case .string(let text) = self { text } else { nil } }

    var truth: Bool? { if case .truth(let truth) = self { truth } else { nil } }

    /// A number without fraction, however it is written: 10, 10.0 and 1e1 are the same.
    var integer: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }
    }

    var items: [JSONValue]? { if case .list(let items) = self { items } else { nil } }

    var members: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }
}
