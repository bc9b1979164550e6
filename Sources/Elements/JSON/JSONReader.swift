// SPDX-License-Identifier: Apache-2.0

/// Reads JSON as RFC 8259 has it, and nothing besides.
///
/// No comments, no comma behind the last item, no name twice in one object, no NUL in a text: what other readers take
/// in silence would be a fault that shows up at a customer's. The bytes come out of a file that anybody may have
/// written: every index is checked, and depth is limited.
struct JSONReader {
    /// Deeper than any manifest, and far from the end of the stack.
    private static let deepest = 32

    private let bytes: [UInt8]
    private var position = 0

    /// The document in `bytes`.
    static func read(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value(.root, depth: 0)
        reader.skipSpace()
        guard reader.next == nil else { throw reader.fault(.root, "its end is followed by more") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func fault(_ path: JSONPath, _ problem: String) -> JSONFault {
        JSONFault(path: path, problem: "is no JSON at \(place(of: position)): \(problem)")
    }

    private func place(of position: Int) -> String {
        let before = bytes.prefix(position)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return "line \(line), column \(position - start + 1)"
    }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    // MARK: Values

    private mutating func value(_ path: JSONPath, depth: Int) throws(JSONFault) -> JSONValue {
        guard depth < Self.deepest else { throw fault(path, "it is nested too deeply") }
        skipSpace()
        guard let first = next else { throw fault(path, "it ends here") }
        switch first {
        case UInt8(ascii: "{"): return .object(try members(path, depth))
        case UInt8(ascii: "["): return .list(try items(path, depth))
        case UInt8(ascii: "\""): return .string(try string(path))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try number(path))
        default: return try word(path)
        }
    }

    private mutating func word(_ path: JSONPath) throws(JSONFault) -> JSONValue {
        let words: [(StaticString, JSONValue)] = [
            ("true", .truth(true)), ("false", .truth(false)), ("null", .null),
        ]
        for (word, value) in words {
            let matches = word.withUTF8Buffer { bytes[position...].starts(with: $0) }
            guard matches else { continue }
            position += word.utf8CodeUnitCount
            return value
        }
        throw fault(path, "here should be a value")
    }

    private mutating func items(_ path: JSONPath, _ depth: Int) throws(JSONFault) -> [JSONValue] {
        position += 1
        var items: [JSONValue] = []
        skipSpace()
        if take("]") { return items }
        while true {
            items.append(try value(path.item(items.count), depth: depth + 1))
            skipSpace()
            if take("]") { return items }
            guard take(",") else { throw fault(path, "here should be ',' or ']'") }
            skipSpace()
            guard next != UInt8(ascii: "]") else { throw fault(path, "',' is followed by ']'") }
        }
    }

    private mutating func members(
        _ path: JSONPath, _ depth: Int
    ) throws(JSONFault) -> [String: JSONValue] {
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return members }
        while true {
            guard next == UInt8(ascii: "\"") else {
                throw fault(path, "here should be a name in double quotes")
            }
            let start = position
            let name = try string(path)
            guard members[name] == nil else {
                throw JSONFault(
                    path: path.member(name),
                    problem: "stands there twice, again at \(place(of: start))")
            }
            skipSpace()
            guard take(":") else { throw fault(path, "here should be ':'") }
            members[name] = try value(path.member(name), depth: depth + 1)
            skipSpace()
            if take("}") { return members }
            guard take(",") else { throw fault(path, "here should be ',' or '}'") }
            skipSpace()
            guard next != UInt8(ascii: "}") else { throw fault(path, "',' is followed by '}'") }
        }
    }

    private mutating func number(_ path: JSONPath) throws(JSONFault) -> String {
        let start = position
        _ = take("-")
        if !take("0") { try digits(path) }
        if take(".") { try digits(path) }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits(path)
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits(_ path: JSONPath) throws(JSONFault) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        guard position > start else { throw fault(path, "here should be a digit") }
    }
}

// MARK: - Texts

extension JSONReader {
    private mutating func string(_ path: JSONPath) throws(JSONFault) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else {
                    position = start
                    throw fault(path, "a text is no UTF-8")
                }
                position += 1
                return result
            case UInt8(ascii: "\\"): text += String(try escaped(path)).utf8
            case 0..<0x20: throw fault(path, "a text holds a control character")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw fault(path, "a text does not end")
    }

    private mutating func escaped(_ path: JSONPath) throws(JSONFault) -> Unicode.Scalar {
        let short: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
            UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{c}", UInt8(ascii: "n"): "\n",
            UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]
        position += 1
        if let scalar = next.flatMap({ short[$0] }) {
            position += 1
            return scalar
        }
        guard take("u") else { throw fault(path, "this escape has no meaning") }
        let first = try codeUnit(path)
        var units = [first]
        if UTF16.isLeadSurrogate(first), take("\\"), take("u") { units.append(try codeUnit(path)) }
        let text = String(validating: units, as: UTF16.self)
        guard let scalar = text?.unicodeScalars.first, text?.unicodeScalars.count == 1 else {
            throw fault(path, "this escape is half a character")
        }
        guard scalar != "\u{0}" else { throw fault(path, "a text holds a NUL") }
        return scalar
    }

    private mutating func codeUnit(_ path: JSONPath) throws(JSONFault) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        let isHexadecimal = digits.allSatisfy {
            Character(Unicode.Scalar($0)).isHexDigit
        }
        guard digits.count == 4, isHexadecimal,
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw fault(path, "\\u is followed by four hexadecimal digits") }
        position += 4
        return unit
    }
}
