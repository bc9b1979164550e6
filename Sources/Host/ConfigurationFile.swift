// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import Planning
import SystemPackage

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
    private let source: YAMLSource

    /// Reads the file.
    ///
    /// - Throws: `BuildError` with status 2 that names file and line.
    init(path: String) throws {
        source = try YAMLSource(kind: "configuration file", file: path)
        guard let document = try source.document() else { return }
        guard let entries = document.map else {
            throw source.refusal(document.line, "the file is no map of option names")
        }
        for entry in entries { try read(entry) }
    }

    private mutating func read(_ entry: YAMLNode.Entry) throws {
        let name = entry.key
        if name == "set" { return try readSettings(entry.value) }
        let place = "\(source.name):\(entry.line)"
        switch entry.value.content {
        case .text(let text):
            entries.append(Entry(key: name, value: .text(text), place: place))
        case .list(let list):
            let items = try list.map { item in
                guard let text = item.text else {
                    throw source.refusal(
                        item.line, "'\(name)' holds something else than plain values")
                }
                return text
            }
            entries.append(Entry(key: name, value: .list(items), place: place))
        case .map:
            throw source.refusal(entry.line, "'\(name)' is neither a value nor a list")
        }
    }

    private mutating func readSettings(_ node: YAMLNode) throws {
        guard let elements = node.map else {
            throw source.refusal(node.line, "'set' is no map of elements")
        }
        for element in elements {
            guard let parameters = element.value.map else {
                throw source.refusal(
                    element.line, "'set.\(element.key)' is no map of parameters")
            }
            for parameter in parameters {
                guard let text = parameter.value.text ?? Self.joined(parameter.value.list) else {
                    throw source.refusal(
                        parameter.line,
                        "'set.\(element.key).\(parameter.key)' is no plain value or list")
                }
                settings.append(
                    .init(element: element.key, parameter: parameter.key, value: text))
            }
        }
    }

    private static func joined(_ items: [YAMLNode]?) -> String? {
        guard let texts = items?.map(\.text), !texts.contains(nil) else { return nil }
        return texts.compactMap(\.self).joined(separator: ",")
    }
}

extension YAMLSource {
    /// Reads a file.
    ///
    /// - Throws: `BuildError` with status 2 when it cannot be read.
    init(kind: String, file: String) throws {
        let text: String
        do {
            text = String(decoding: try FileDescriptor.contents(of: FilePath(file)), as: UTF8.self)
        } catch {
            throw BuildError(.refused, "cannot read \(kind) '\(file)'", cause: "\(error)")
        }
        self.init(kind: kind, name: file, text: text)
    }
}
