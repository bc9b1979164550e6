// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Reads a block-device configuration of the original, in tree or graph notation, into nodes in the order of the text.
///
/// A node inside another one is based on it, and its name is `KIND_BASE`, unless it says otherwise.
struct LayoutReader {
    private let source: YAMLSource
    private(set) var nodes: [LayoutNode] = []

    init(_ source: YAMLSource) throws {
        self.source = source
        guard let document = try source.document(), let items = document.list else {
            throw source.refusal(
                1, "the layout is no list",
                hint: "Begin with '- local_loop:', which makes the disk.")
        }
        for item in items {
            guard let entries = item.map, entries.count == 1 else {
                throw source.refusal(
                    item.line, "an item of the list is no map with a single key",
                    hint: "Each item is one of \(Self.kindNames).")
            }
            try read(entries[0], base: nil)
        }
    }

    private static var kindNames: String {
        LayoutNode.Kind.keys.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    }

    /// Adds the node of `entry` and those inside it.
    private mutating func read(_ entry: YAMLNode.Entry, base: String?) throws {
        guard let kind = LayoutNode.Kind.keys.first(where: { $0.rawValue == entry.key }) else {
            throw unknown(entry, among: LayoutNode.Kind.keys.map(\.rawValue))
        }
        try read(entry.value, as: kind, base: base, line: entry.line)
    }

    private mutating func read(
        _ value: YAMLNode, as kind: LayoutNode.Kind, base parent: String?, line: Int
    ) throws {
        var entries: [YAMLNode.Entry] = []
        if let map = value.map {
            entries = map
        } else if value.text != "" {
            throw source.refusal(
                line, "the \(kind.title)'s settings are no map",
                hint: "Write 'KEY: VALUE' pairs, indented below it.")
        }
        let isSetting = { kind.settings.contains($0) }
        var node = LayoutNode(kind: kind, name: "", base: parent, settings: [:], line: line)
        for entry in entries where isSetting(entry.key) { node.settings[entry.key] = entry.value }
        node.base = try base(of: node)
        guard let name = try text(node.settings["name"], "name") ?? Self.name(of: node) else {
            throw source.refusal(
                line, "the \(kind.title) has no name",
                hint: "Add 'name: \(kind == .localLoop ? Disk.mainName : "NAME")'.")
        }
        node.name = name
        nodes.append(node)
        for entry in entries where !isSetting(entry.key) {
            guard Self.canHold(kind, entry.key) else {
                let nested = LayoutNode.Kind.keys.filter { $0.bases.contains(kind) }
                throw unknown(entry, among: kind.settings + nested.map(\.rawValue))
            }
            try read(entry, base: name)
        }
        if kind == .partitioning { try readPartitions(of: node) }
        if kind == .lvm { try readVolumes(of: node) }
    }

    /// Reads the lists of an lvm node; their items name what they are based on.
    private mutating func readVolumes(of node: LayoutNode) throws {
        for kind in LayoutNode.Kind.volumeLists {
            let value = node.settings[kind.rawValue]
            guard let list = value?.list, !list.isEmpty else {
                throw source.refusal(
                    value?.line ?? node.line, "LVM has no list '\(kind.rawValue)'",
                    hint: "Add '\(kind.rawValue):' and below it '- {name: NAME, base: NAME}'.")
            }
            for item in list {
                guard item.map != nil else {
                    throw source.refusal(
                        item.line, "a \(kind.title) is no map of settings",
                        hint: "Write '- {name: NAME, base: NAME}'.")
                }
                try read(item, as: kind, base: nil, line: item.line)
            }
        }
    }

    /// The node that `node` is based on; in the original a partition may name its disk, too, where its table is meant.
    private func base(of node: LayoutNode) throws -> String? {
        // The base of LVM says nothing that its physical volumes do not say; that of a group is a list.
        guard node.kind != .lvm, node.kind != .volumeGroup else { return nil }
        guard let named = try text(node.settings["base"], "base") else { return node.base }
        let table = nodes.first { $0.kind == .partitioning && $0.name == node.base }
        guard node.kind == .partition, named != node.base, let disk = table?.base else {
            return named
        }
        guard named == disk else {
            throw source.refusal(
                node.settings["base"]?.line ?? node.line,
                "a partition is based on '\(named)', and its table on '\(disk)'",
                hint: "Leave out 'base': a partition belongs to the table that lists it.")
        }
        return node.base
    }

    private mutating func readPartitions(of table: LayoutNode) throws {
        guard let list = table.settings["partitions"]?.list, !list.isEmpty else {
            throw source.refusal(
                table.settings["partitions"]?.line ?? table.line,
                "the partition table has no list 'partitions'",
                hint: "Add 'partitions:' and below it '- {name: root, size: 100%}'.")
        }
        for item in list {
            guard item.map != nil else {
                throw source.refusal(
                    item.line, "a partition is no map of settings",
                    hint: "Write '- {name: root, size: 100%}'.")
            }
            try read(item, as: .partition, base: table.name, line: item.line)
        }
    }

    private static func canHold(_ kind: LayoutNode.Kind, _ key: String) -> Bool {
        LayoutNode.Kind.keys.contains { $0.rawValue == key && $0.bases.contains(kind) }
    }

    /// The name of a node that names its base only.
    private static func name(of node: LayoutNode) -> String? {
        // What is in a list of LVM is known by its name in the running system.
        guard node.kind != .lvm else { return node.kind.rawValue }
        guard node.kind != .partition, !LayoutNode.Kind.volumeLists.contains(node.kind),
            let base = node.base
        else { return nil }
        return "\(node.kind.rawValue)_\(base)"
    }

    private func text(_ value: YAMLNode?, _ key: String) throws -> String? {
        guard let value else { return nil }
        guard let text = value.text, !text.isEmpty else {
            throw source.refusal(
                value.line, "'\(key)' is no plain value", hint: "Write one word, without brackets.")
        }
        return text
    }

    private func unknown(_ entry: YAMLNode.Entry, among known: [String]) -> BuildError {
        source.refusal(
            entry.line, "unknown key '\(entry.key)'",
            hint: NearestName.of(entry.key, in: known).map { "Did you mean '\($0)'?" }
                ?? "Known are: \(known.joined(separator: ", ")).")
    }
}
