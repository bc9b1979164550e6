// SPDX-License-Identifier: Apache-2.0

/// A plain C function that a worker calls in place of the plugin's table, with the value of each argument.
package struct FunctionCall: Equatable, Sendable {
    package var symbol: String
    /// nil: the function returns nothing.
    package var result: Integer?
    package var arguments: [Argument]

    package init(symbol: String, result: Integer?, arguments: [Argument]) {
        self.symbol = symbol
        self.result = result
        self.arguments = arguments
    }

    /// A type of integers; the names are those of Swift's types.
    package enum Integer: UInt8, CaseIterable, Sendable {
        case int8 = 1
        case int16, int32, int64
        case uint8, uint16, uint32, uint64
    }

    /// What one argument gets.
    package enum Argument: Equatable, Sendable {
        /// The number as 64 bits, in two's complement when it is negative.
        case integer(Integer, UInt64)
        case float(Float)
        case double(Double)
        case boolean(Bool)
        /// A pointer to a text that ends with NUL; nil: NULL.
        case text(String?)
        /// A pointer and a length, two arguments in C; nil: NULL and 0.
        case bytes(String?)
        /// A descriptor of the target tree.
        case tree
        /// A pointer to a function of the host, by the name that manifests use, such as "host.log".
        case service(String)
    }
}

// MARK: - Encoding

extension FunctionCall {
    private enum Kind: UInt8 {
        case integer = 1
        case float, double, boolean, text, bytes, tree, service
    }

    func put(to writer: inout FrameWriter) {
        writer.put(symbol)
        writer.put(result?.rawValue ?? 0)
        writer.put(arguments) { Self.put($1, to: &$0) }
    }

    private static func put(_ argument: Argument, to writer: inout FrameWriter) {
        switch argument {
        case .integer(let type, let bits):
            writer.put(Kind.integer.rawValue)
            writer.put(type.rawValue)
            writer.put(bits)
        case .float(let number):
            writer.put(Kind.float.rawValue)
            writer.put(number.bitPattern)
        case .double(let number):
            writer.put(Kind.double.rawValue)
            writer.put(number.bitPattern)
        case .boolean(let truth):
            writer.put(Kind.boolean.rawValue)
            writer.put(truth)
        case .text(let text):
            writer.put(Kind.text.rawValue)
            writer.put(text.map { [$0] } ?? []) { $0.put($1) }
        case .bytes(let text):
            writer.put(Kind.bytes.rawValue)
            writer.put(text.map { [$0] } ?? []) { $0.put($1) }
        case .tree: writer.put(Kind.tree.rawValue)
        case .service(let name):
            writer.put(Kind.service.rawValue)
            writer.put(name)
        }
    }

    init(from reader: inout FrameReader) throws(FrameError) {
        symbol = try reader.text()
        let number = try reader.byte()
        result = Integer(rawValue: number)
        guard number == 0 || result != nil else { throw .unknownKind }
        arguments = try reader.list { reader throws(FrameError) in try Self.argument(&reader) }
    }

    private static func argument(_ reader: inout FrameReader) throws(FrameError) -> Argument {
        guard let kind = Kind(rawValue: try reader.byte()) else { throw .unknownKind }
        switch kind {
        case .integer:
            guard let type = Integer(rawValue: try reader.byte()) else { throw .unknownKind }
            return .integer(type, try reader.number())
        case .float: return .float(Float(bitPattern: try reader.number()))
        case .double: return .double(Double(bitPattern: try reader.number()))
        case .boolean: return .boolean(try reader.flag())
        case .text: return .text(try optionalText(&reader))
        case .bytes: return .bytes(try optionalText(&reader))
        case .tree: return .tree
        case .service: return .service(try reader.text())
        }
    }

    private static func optionalText(_ reader: inout FrameReader) throws(FrameError) -> String? {
        try reader.list { reader throws(FrameError) in try reader.text() }.first
    }
}
