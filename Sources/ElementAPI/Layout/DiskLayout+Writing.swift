// SPDX-License-Identifier: Apache-2.0

extension DiskLayout {
    /// The layout as it crosses the contract: see the list of keys in dib_element.h.
    var text: String {
        var writer = LayoutTextWriter(self)
        disks.forEach { writer.add($0) }
        let lines = (writer.nodes + otherNodes).map(\.json)
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }
}

/// Makes nodes of a layout, each of which names the one that it is based on.
private struct LayoutTextWriter {
    private(set) var nodes: [LayoutValue] = []
    private var names: Set<String>

    init(_ layout: DiskLayout) {
        names = Set(
            layout.disks.flatMap { [$0.name] + $0.partitions.map(\.name) }
                + layout.volumes.compactMap(\.name))
    }

    mutating func add(_ disk: Disk) {
        add(
            "local_loop",
            [
                ("name", disk.name), ("size", disk.size.map { "\($0)" }),
                ("max_size", disk.maximumSize.map { "\($0)" }),
                ("directory", disk.directory), ("block_size", "\(disk.blockSize)"),
            ], disk.others)
        switch disk.content {
        case .volume(let volume): add(volume, on: disk.name)
        case .table(let table):
            add(
                "partitioning",
                [
                    ("name", free("partitioning_\(disk.name)")), ("base", disk.name),
                    ("label", table.kind.rawValue), ("align", "\(table.alignment)"),
                ],
                [.init("partitions", .list(table.partitions.map { value(of: $0, in: table) }))]
                    + table.others)
            for partition in table.partitions {
                if let volume = partition.volume { add(volume, on: partition.name) }
            }
        }
    }

    private func value(of partition: Partition, in table: PartitionTable) -> LayoutValue {
        var flags = partition.isBootable ? ["boot"] : []
        if table.kind == .mbr, !partition.isLogical { flags.append("primary") }
        let list = LayoutValue.Entry("flags", .list(flags.map { .text($0) }))
        return .map(
            Self.entries([
                ("name", partition.name), ("type", partition.type),
                ("start", partition.start.map { "\($0)" }), ("size", partition.size.text),
            ]) + (flags.isEmpty ? [] : [list]) + partition.others)
    }

    private mutating func add(_ volume: Volume, on base: String) {
        let name = volume.name ?? free("mkfs_\(base)")
        add(
            "mkfs",
            [
                ("name", name), ("base", base), ("type", volume.type.rawValue),
                ("label", volume.label), ("uuid", volume.uuid),
                ("opts", volume.options.isEmpty ? nil : volume.options.joined(separator: " ")),
            ], volume.others)
        guard let mount = volume.mount else { return }
        let place = free("mount_\(name)")
        add(
            "mount", [("name", place), ("base", name), ("mount_point", mount.point)], mount.others)
        guard let line = mount.tableLine else { return }
        add(
            "fstab",
            [
                ("name", free("fstab_\(place)")), ("base", place), ("options", line.options),
                ("dump-freq", "\(line.dumpFrequency)"), ("fsck-passno", "\(line.checkPass)"),
            ], line.others)
    }

    private mutating func add(
        _ kind: String, _ settings: [(String, String?)], _ others: [LayoutValue.Entry]
    ) {
        nodes.append(.map([.init(kind, .map(Self.entries(settings) + others))]))
    }

    private static func entries(_ settings: [(String, String?)]) -> [LayoutValue.Entry] {
        settings.compactMap { key, value in value.map { .init(key, .text($0)) } }
    }

    /// A name that no other node has.
    private mutating func free(_ wanted: String) -> String {
        var name = wanted
        while !names.insert(name).inserted { name += "_" }
        return name
    }
}

extension PartitionSize {
    fileprivate var text: String {
        switch self {
        case .bytes(let count): "\(count)"
        case .percent(let share): "\(share)%"
        case .fitting: "auto"
        case .rest: "rest"
        }
    }
}
