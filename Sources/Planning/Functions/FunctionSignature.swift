// SPDX-License-Identifier: Apache-2.0

/// The type of a plain C function: what it takes and what it returns, such as `i32(path,str,u64,bool)`.
///
///     signature = result "(" [ argument { "," argument } ] ")"
///     result    = an integer type (0 is success, any other value the error code) | "void"
///     argument  = TYPE | "fn" "(" [ TYPE { "," TYPE } ] ")" "->" TYPE
///     TYPE      = a word of `CType`
///
/// Spaces between the words do not count. C's variable arguments have no signature.
package struct FunctionSignature: Equatable, Sendable {
    /// An integer type or void.
    package var result: CType
    package var arguments: [ArgumentType]

    package init(result: CType, arguments: [ArgumentType]) {
        self.result = result
        self.arguments = arguments
    }

    /// Reads a signature.
    ///
    /// - Throws: `SignatureFault` for the first thing that is wrong, with its place.
    package init(_ text: String) throws(SignatureFault) {
        var parser = SignatureParser(text)
        self = try parser.signature()
    }
}

/// The type of one argument of a function.
package enum ArgumentType: Equatable, Sendable {
    case value(CType)
    case function(FunctionType)
}

/// The type of a function that is handed to another one as an argument.
package struct FunctionType: Equatable, Sendable {
    package var arguments: [CType]
    package var result: CType

    package init(_ arguments: [CType], result: CType = .void) {
        self.arguments = arguments
        self.result = result
    }

    /// Whether a pointer to a function of one type can be called as if it were of the other.
    func isCallable(as other: FunctionType) -> Bool {
        arguments.map(\.form) == other.arguments.map(\.form) && result.form == other.result.form
    }
}

extension FunctionSignature: CustomStringConvertible {
    /// The signature without spaces; reading it gives the same signature.
    package var description: String {
        "\(result.rawValue)(\(arguments.map(\.description).joined(separator: ",")))"
    }
}

extension ArgumentType: CustomStringConvertible {
    package var description: String {
        switch self {
        case .value(let type): type.rawValue
        case .function(let type): type.description
        }
    }
}

extension FunctionType: CustomStringConvertible {
    package var description: String {
        "fn(\(arguments.map(\.rawValue).joined(separator: ",")))->\(result.rawValue)"
    }
}

extension FunctionSignature: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is no signature: \(error.problem)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
