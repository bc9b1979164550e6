// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Reads the value of one key of an image's definition.
struct ImagePropertyReader {
    private let property: ImageProperty
    private let source: YAMLSource

    init(_ property: ImageProperty, _ source: YAMLSource) {
        self.property = property
        self.source = source
    }

    /// - Throws: `BuildError` with status 2 that names the line.
    func value(_ node: YAMLNode) throws -> ImageDefinition.Value {
        switch property.kind {
        case .text: return .text(try text(node, property.key))
        case .choice(let known): return .text(try choice(node, known))
        case .texts: return .texts(try list(node).map { try text($0, property.key) })
        case .choices(let known): return .texts(try list(node).map { try choice($0, known) })
        case .pairs: return .pairs(try pairs(node))
        case .flag:
            guard let isSet = node.truth else { throw mismatch(node, "true or false") }
            return .flag(isSet)
        case .number:
            guard let number = node.integer, number >= 1 else {
                throw mismatch(node, "a whole number from 1")
            }
            return .number(number)
        case .repeated(let most):
            guard let number = node.integer, (0...most).contains(number) else {
                throw mismatch(node, "a whole number from 0 to \(most)")
            }
            return .number(number)
        }
    }

    private func list(_ node: YAMLNode) throws -> [YAMLNode] {
        guard let items = node.list else { throw mismatch(node, "a list of texts") }
        return items
    }

    private func pairs(_ node: YAMLNode) throws -> [ImageDefinition.Pair] {
        guard let entries = node.map else { throw mismatch(node, "a map of texts") }
        return try entries.map {
            .init(key: $0.key, value: try text($0.value, "\(property.key).\($0.key)"))
        }
    }

    private func choice(_ node: YAMLNode, _ known: [String]) throws -> String {
        let text = try text(node, property.key)
        guard known.contains(text) else {
            let names = "Known are: \(known.joined(separator: ", "))."
            throw source.refusal(
                node.line, "'\(property.key)' cannot be '\(text)'",
                hint: NearestName.of(text, in: known).map { "Did you mean '\($0)'? \(names)" }
                    ?? names)
        }
        return text
    }

    private func text(_ node: YAMLNode, _ key: String) throws -> String {
        guard node.valueType == .string, let text = node.text else {
            let shown = node.text.map { $0.isEmpty ? "" : " '\($0)'" } ?? ""
            throw source.refusal(
                node.line, "'\(key)' is \(node.valueType.rawValue)\(shown), and takes a text",
                hint: node.text.map { "Quote it: '\($0)'." })
        }
        return text
    }

    private func mismatch(_ node: YAMLNode, _ wanted: String) -> BuildError {
        let shown = node.text.map { $0.isEmpty ? "" : " '\($0)'" } ?? ""
        return source.refusal(
            node.line,
            "'\(property.key)' is \(node.valueType.rawValue)\(shown), and takes \(wanted)")
    }
}
