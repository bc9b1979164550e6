// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import Yams

/// A --config file: a YAML map of long option names without dashes, and of `set:`.
///
///     imagename: out/debian
///     types: [qcow2, tar]
///     elements: [debian, vm]
///     set:
///       debian: {release: trixie}
struct ConfigurationFile {
    /// What one key holds.
    enum Value {
        case text(String)
        case list([String])
    }

    struct Entry {
        var key: String
        var value: Value
        /// "FILE:LINE" of the key.
        var place: String
    }

    var entries: [Entry] = []
    var settings: [BuildRequest.Setting] = []
    private let path: String

    /// Reads the file.
    ///
    /// - Throws: `BuildError` with status 2 that names file and line.
    init(path: String) throws {
        self.path = path
        let text: String
        do {
            text = String(decoding: try FileDescriptor.contents(of: FilePath(path)), as: UTF8.self)
        } catch {
            throw BuildError(
                .refused, "cannot read configuration file '\(path)'", cause: "\(error)")
        }
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            throw Self.syntaxError(error, path: path)
        }
        guard let root, root != Node("", Tag(.null)) else { return }
        guard let mapping = root.mapping else {
            throw refusal(root, "the file is no map of option names")
        }
        for (key, value) in mapping { try read(key, value) }
    }

    private mutating func read(_ key: Node, _ value: Node) throws {
        let name = key.scalar?.string ?? ""
        if name == "set" { return try readSettings(value) }
        if let text = value.scalar?.string {
            entries.append(Entry(key: name, value: .text(text), place: place(of: key)))
        } else if let sequence = value.sequence {
            let items = try sequence.map { item in
                guard let text = item.scalar?.string else {
                    throw refusal(item, "'\(name)' holds something else than plain values")
                }
                return text
            }
            entries.append(Entry(key: name, value: .list(items), place: place(of: key)))
        } else {
            throw refusal(key, "'\(name)' is neither a value nor a list")
        }
    }

    private mutating func readSettings(_ node: Node) throws {
        guard let elements = node.mapping else {
            throw refusal(node, "'set' is no map of elements")
        }
        for (element, parameters) in elements {
            let name = element.scalar?.string ?? ""
            guard let parameters = parameters.mapping else {
                throw refusal(element, "'set.\(name)' is no map of parameters")
            }
            for (parameter, value) in parameters {
                let key = parameter.scalar?.string ?? ""
                let items = value.sequence.map { $0.map { $0.scalar?.string } }
                guard let text = value.scalar?.string ?? Self.joined(items) else {
                    throw refusal(parameter, "'set.\(name).\(key)' is no plain value or list")
                }
                settings.append(.init(element: name, parameter: key, value: text))
            }
        }
    }

    private static func joined(_ items: [String?]?) -> String? {
        guard let items, !items.contains(nil) else { return nil }
        return items.compactMap(\.self).joined(separator: ",")
    }

    private func place(of node: Node) -> String { "\(path):\(node.mark?.line ?? 1)" }

    private func refusal(_ node: Node, _ message: String) -> BuildError {
        BuildError(.refused, "configuration file '\(place(of: node))': \(message)")
    }

    private static func syntaxError(_ error: YamlError, path: String) -> BuildError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return BuildError(
                .refused, "configuration file '\(path):\(mark.line)': \(problem)",
                hint: "Column \(mark.column) of that line is where reading stopped.")
        default:
            return BuildError(
                .refused, "configuration file '\(path)' is no YAML", cause: "\(error)")
        }
    }
}
