// SPDX-License-Identifier: Apache-2.0

extension DiskLayout {
    /// Reads what dibhost hands out, and what `text` makes.
    init(text: String) throws {
        guard let nodes = (try? LayoutValueReader.value(of: text))?.list else {
            throw LayoutTextReader.unknown("it is no list")
        }
        self = try LayoutTextReader(nodes).layout()
    }
}

/// Puts together nodes that name the ones that they are based on.
private struct LayoutTextReader {
    /// The settings of a node, which are taken out one by one; what is left a newer dibhost knows.
    private struct Settings {
        private(set) var rest: [LayoutValue.Entry]

        init(_ rest: [LayoutValue.Entry]) { self.rest = rest }

        mutating func value(_ key: String) -> LayoutValue? {
            guard let index = rest.firstIndex(where: { $0.key == key }) else { return nil }
            return rest.remove(at: index).value
        }

        mutating func text(_ key: String) -> String? { value(key)?.text }

        mutating func required(_ key: String) throws -> String {
            guard let text = text(key) else { throw unknown("'\(key)' is missing") }
            return text
        }

        mutating func number<Number: FixedWidthInteger>(_ key: String) throws -> Number? {
            guard let text = text(key) else { return nil }
            guard let number = Number(text) else { throw unknown("'\(key)' is '\(text)'") }
            return number
        }
    }

    private struct Node {
        var kind: String
        var name: String
        var base: String?
        var settings: Settings
    }

    private static let kinds: Set<String> = [
        "local_loop", "partitioning", "mkfs", "mount", "fstab",
    ]

    private var nodes: [Node] = []
    private var others: [LayoutValue] = []

    static func unknown(_ problem: String) -> ElementError {
        ElementError(
            "cannot read the disk layout: \(problem)",
            hint: "Build the element with the ElementAPI of this dibhost.")
    }

    init(_ values: [LayoutValue]) throws {
        for value in values {
            guard let entry = value.map?.first, Self.kinds.contains(entry.key),
                let entries = entry.value.map
            else {
                others.append(value)
                continue
            }
            var settings = Settings(entries)
            nodes.append(
                Node(
                    kind: entry.key, name: try settings.required("name"),
                    base: settings.text("base"), settings: settings))
        }
    }

    func layout() throws -> DiskLayout {
        var layout = DiskLayout(disks: try nodes.filter { $0.kind == "local_loop" }.map(disk))
        layout.otherNodes = others
        return layout
    }

    private func child(_ kind: String, of base: String) -> Node? {
        nodes.first { $0.kind == kind && $0.base == base }
    }

    private func disk(_ node: Node) throws -> Disk {
        var settings = node.settings
        let content: Disk.Content
        if let table = child("partitioning", of: node.name) {
            content = .table(try self.table(table))
        } else if let volume = child("mkfs", of: node.name) {
            content = .volume(try self.volume(volume))
        } else {
            throw Self.unknown("the disk '\(node.name)' holds nothing that is known")
        }
        var disk = Disk(node.name, size: try settings.number("size"), content: content)
        disk.maximumSize = try settings.number("max_size")
        disk.directory = settings.text("directory")
        disk.blockSize = try settings.number("block_size") ?? disk.blockSize
        disk.others = settings.rest
        return disk
    }

    private func table(_ node: Node) throws -> PartitionTable {
        var settings = node.settings
        let label = try settings.required("label")
        guard let kind = PartitionTable.Kind(rawValue: label) else {
            throw Self.unknown("the partition table is a '\(label)'")
        }
        var table = PartitionTable(kind)
        table.alignment = try settings.number("align") ?? table.alignment
        table.partitions = try (settings.value("partitions")?.list ?? []).map {
            try partition($0, in: kind)
        }
        table.others = settings.rest
        return table
    }

    private func partition(
        _ value: LayoutValue, in kind: PartitionTable.Kind
    ) throws -> Partition {
        var settings = Settings(value.map ?? [])
        var partition = Partition(
            try settings.required("name"), size: try size(try settings.required("size")))
        partition.type = settings.text("type")
        partition.start = try settings.number("start")
        let flags = settings.value("flags")?.list?.compactMap(\.text) ?? []
        partition.isBootable = flags.contains("boot")
        partition.isLogical = kind == .mbr && !flags.contains("primary")
        partition.volume = try child("mkfs", of: partition.name).map(volume)
        partition.others = settings.rest
        return partition
    }

    private func size(_ text: String) throws -> PartitionSize {
        switch text {
        case "auto": return .fitting
        case "rest": return .rest
        default: break
        }
        if let bytes = UInt64(text) { return .bytes(bytes) }
        guard text.hasSuffix("%"), let share = Double(String(text.dropLast())) else {
            throw Self.unknown("a partition has the size '\(text)'")
        }
        return .percent(share)
    }

    private func volume(_ node: Node) throws -> Volume {
        var settings = node.settings
        var volume = Volume(
            name: node.name, type: .init(rawValue: try settings.required("type")),
            label: try settings.required("label"))
        volume.uuid = settings.text("uuid")
        volume.options = (settings.text("opts") ?? "").split(separator: " ").map(String.init)
        volume.mount = try child("mount", of: node.name).map(mount)
        volume.others = settings.rest
        return volume
    }

    private func mount(_ node: Node) throws -> VolumeMount {
        var settings = node.settings
        var mount = VolumeMount(try settings.required("mount_point"), tableLine: nil)
        mount.others = settings.rest
        guard let line = child("fstab", of: node.name) else { return mount }
        var fields = line.settings
        var table = MountTableLine()
        table.options = fields.text("options") ?? table.options
        table.dumpFrequency = try fields.number("dump-freq") ?? table.dumpFrequency
        table.checkPass = try fields.number("fsck-passno") ?? table.checkPass
        table.others = fields.rest
        mount.tableLine = table
        return mount
    }
}
