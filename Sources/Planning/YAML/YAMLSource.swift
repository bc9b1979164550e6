// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Yams

/// A YAML text and where it comes from; the one place where YAML is parsed.
package struct YAMLSource: Codable, Equatable, Sendable {
    /// What the text is, for messages: "configuration file".
    package var kind: String
    /// Its path, or the environment variable that holds it.
    package var name: String
    package var text: String
    /// What each line is called in messages, where the user does not see the text; nil: its number.
    package var places: [String]?

    package init(kind: String, name: String, text: String, places: [String]? = nil) {
        self.kind = kind
        self.name = name
        self.text = text
        self.places = places
    }

    /// The document; nil when there is nothing but comments.
    ///
    /// - Throws: `BuildError` with status 2 that names the line.
    package func document() throws -> YAMLNode? {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            throw syntaxError(error)
        }
        guard let root, root != Node("", Tag(.null)) else { return nil }
        return try node(root)
    }

    /// The refusal of what stands in a line.
    package func refusal(_ line: Int, _ message: String, hint: String? = nil) -> BuildError {
        BuildError(.refused, "\(place(line)): \(message)", hint: hint)
    }

    /// Such as "configuration file 'a.yaml:3'".
    package func place(_ line: Int) -> String {
        guard let places, places.indices.contains(line - 1) else {
            return "\(kind) '\(name):\(line)'"
        }
        return "\(kind) '\(name):\(places[line - 1])'"
    }

    private func node(_ node: Node) throws -> YAMLNode {
        let line = node.mark?.line ?? 1
        switch node {
        case .scalar(let scalar):
            let isQuoted = ![.any, .plain].contains(scalar.style)
            return YAMLNode(.text(scalar.string), line: line, isQuoted: isQuoted)
        case .sequence(let items):
            return YAMLNode(.list(try items.map(self.node)), line: line)
        case .mapping(let pairs):
            let entries = try pairs.map { key, value in
                guard let name = key.scalar?.string else {
                    throw refusal(key.mark?.line ?? line, "a key is no plain value")
                }
                return YAMLNode.Entry(
                    key: name, line: key.mark?.line ?? line, value: try self.node(value))
            }
            return YAMLNode(.map(try merged(entries)), line: line)
        case .alias: throw refusal(line, "an alias without its anchor")
        }
    }

    /// The entries with what `<<` brings in: those of other maps whose keys are not there already.
    private func merged(_ entries: [YAMLNode.Entry]) throws -> [YAMLNode.Entry] {
        guard entries.contains(where: { $0.key == "<<" }) else { return entries }
        var own = entries.filter { $0.key != "<<" }
        for entry in entries where entry.key == "<<" {
            for map in entry.value.list ?? [entry.value] {
                guard let others = map.map else {
                    throw refusal(entry.line, "'<<' takes a map, or a list of maps")
                }
                own += others.filter { other in !own.contains { $0.key == other.key } }
            }
        }
        return own
    }

    private func syntaxError(_ error: YamlError) -> BuildError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return refusal(
                mark.line, problem,
                hint: "Column \(mark.column) of that line is where reading stopped.")
        case .duplicatedKeysInMapping(let keys, let context):
            return refusal(
                context.mark.line, "the key '\(keys.first ?? "")' stands there twice",
                hint: "Leave one of them out.")
        default:
            return BuildError(.refused, "\(kind) '\(name)' is no YAML", cause: "\(error)")
        }
    }
}
