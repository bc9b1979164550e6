// SPDX-License-Identifier: Apache-2.0

/// A plain C function that does the work of a hook, and what each of its arguments gets.
package struct BoundFunction: Codable, Equatable, Sendable {
    /// The name under which the library exports it.
    package var symbol: String
    package var signature: FunctionSignature
    /// One for each argument of the signature.
    package var arguments: [ArgumentSource]

    package init(symbol: String, signature: FunctionSignature, arguments: [ArgumentSource]) {
        self.symbol = symbol
        self.signature = signature
        self.arguments = arguments
    }

    /// The call as a person reads it, such as "nic_install(path target.root, u64 mtu = 1500) -> i32".
    ///
    /// `shown` gives the value of a parameter as it may be shown, or nil to show its name only.
    package func call(shown: (String) -> String? = { _ in nil }) -> String {
        let parts = zip(signature.arguments, arguments).map { type, source in
            switch source.kind {
            case .service: source.text
            case .text: "\(type) '\(source.text)'"
            case .parameter:
                "\(type) \(source.text)" + (shown(source.text).map { " = \($0)" } ?? "")
            case .published: "\(type) \(ArgumentSource.publishedPrefix)\(source.text)"
            case .literal, .buildValue: "\(type) \(source.text)"
            }
        }
        return "\(symbol)(\(parts.joined(separator: ", "))) -> \(signature.result.rawValue)"
    }
}

/// Where the value of an argument comes from.
package struct ArgumentSource: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// A parameter of the element.
        case parameter
        /// A `BuildValueName`.
        case buildValue = "build-value"
        /// What an earlier hook published under this name.
        case published
        /// A `HostService`.
        case service
        /// A number, true or false, as the manifest has it.
        case literal
        /// A text, which the manifest has between single quotes.
        case text
    }

    /// Before the name of a published value.
    static let publishedPrefix = "published."

    package var kind: Kind
    /// The name, or the literal itself.
    package var text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
