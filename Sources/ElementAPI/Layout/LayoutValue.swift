// SPDX-License-Identifier: Apache-2.0

/// A value of the text that a layout crosses the contract as: JSON without numbers, truths and null.
enum LayoutValue: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var key: String
        var value: LayoutValue

        init(_ key: String, _ value: LayoutValue) {
            self.key = key
            self.value = value
        }
    }

    case text(String)
    case list([LayoutValue])
    case map([Entry])

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var list: [LayoutValue]? { if case .list(let items) = self { items } else { nil } }
    var map: [Entry]? { if case .map(let entries) = self { entries } else { nil } }

    /// The value as JSON, on one line.
    var json: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .list(let items): "[" + items.map(\.json).joined(separator: ", ") + "]"
        case .map(let entries):
            "{"
                + entries.map { "\(Self.quoted($0.key)): \($0.value.json)" }
                .joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

// MARK: - Reading

/// Reads what `LayoutValue.json` and dibhost write.
struct LayoutValueReader {
    /// The text is not what dibhost writes.
    struct Fault: Error {}

    private let bytes: [UInt8]
    private var position = 0

    private init(_ text: String) { bytes = Array(text.utf8) }

    /// The one value of a text.
    static func value(of text: String) throws -> LayoutValue {
        var reader = LayoutValueReader(text)
        let value = try reader.value()
        guard reader.next() == nil else { throw Fault() }
        return value
    }

    private mutating func value() throws -> LayoutValue {
        switch next() {
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "["):
            return .list(try items(until: UInt8(ascii: "]")) { try $0.value() })
        case UInt8(ascii: "{"):
            return .map(
                try items(until: UInt8(ascii: "}")) { reader in
                    let key = try reader.text()
                    try reader.expect(UInt8(ascii: ":"))
                    return LayoutValue.Entry(key, try reader.value())
                })
        default: throw Fault()
        }
    }

    /// What stands between an opening bracket and `end`, with commas between.
    private mutating func items<Item>(
        until end: UInt8, _ item: (inout LayoutValueReader) throws -> Item
    ) throws -> [Item] {
        position += 1
        var items: [Item] = []
        while next() != end {
            if !items.isEmpty { try expect(UInt8(ascii: ",")) }
            items.append(try item(&self))
        }
        position += 1
        return items
    }

    private mutating func text() throws -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try escaped()
            default: text.append(byte)
            }
        }
        throw Fault()
    }

    /// The bytes that the letters behind a backslash stand for.
    private mutating func escaped() throws -> [UInt8] {
        guard position < bytes.count else { throw Fault() }
        position += 1
        switch bytes[position - 1] {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            let digits = bytes[position...].prefix(4)
            position += digits.count
            guard let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(number)
            else { throw Fault() }
            return Array(String(scalar).utf8)
        case let byte where "\"\\/".utf8.contains(byte): return [byte]
        default: throw Fault()
        }
    }

    private mutating func expect(_ byte: UInt8) throws {
        guard next() == byte else { throw Fault() }
        position += 1
    }

    /// The next byte that is no white space; nil at the end.
    private mutating func next() -> UInt8? {
        while position < bytes.count, " \n\t\r".utf8.contains(bytes[position]) { position += 1 }
        return position < bytes.count ? bytes[position] : nil
    }
}
