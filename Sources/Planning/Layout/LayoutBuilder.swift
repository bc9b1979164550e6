// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Makes a typed layout of the nodes of a configuration, and refuses what cannot be built, each with its line.
struct LayoutBuilder {
    /// What options of the build say about nodes that leave it open.
    struct Defaults {
        /// Of `mkfs_root`.
        var rootType = FileSystemType.ext4
        var rootLabel: String?
        /// Of the root file system's line in /etc/fstab, where it is open.
        var rootOptions: String?
        var diskSize: ByteCount?
        /// DIB_BLOCK_SIZE, which wins over the configuration.
        var blockSize: Int64?
        /// Debian's name.
        var architecture = "amd64"
    }

    let source: YAMLSource
    let defaults: Defaults
    let nodes: [LayoutNode]
    private(set) var children: [String: [LayoutNode]] = [:]

    /// The layout of `source`.
    static func layout(_ source: YAMLSource, _ defaults: Defaults) throws -> DiskLayout {
        let builder = try LayoutBuilder(source, defaults)
        var disks = try builder.nodes.filter { $0.kind == .localLoop }.map(builder.disk)
        if let main = disks.firstIndex(where: { $0.name == Disk.mainName }) {
            disks.insert(disks.remove(at: main), at: 0)
        }
        let layout = DiskLayout(disks: disks, source: source.name)
        try builder.checkGroups(layout)
        try builder.checkNames(layout)
        try builder.checkMounts(layout)
        return layout
    }

    private init(_ source: YAMLSource, _ defaults: Defaults) throws {
        self.source = source
        self.defaults = defaults
        nodes = try LayoutReader(source).nodes
        try checkGraph()
        children = Dictionary(grouping: nodes.filter { $0.base != nil }) { $0.base ?? "" }
    }

    // MARK: Graph

    private func checkGraph() throws {
        var known: [String: LayoutNode] = [:]
        for node in nodes {
            if let other = known.updateValue(node, forKey: node.name) {
                throw source.refusal(
                    node.line, "the name '\(node.name)' is used twice",
                    hint: "Line \(other.line) has it already.")
            }
        }
        for node in nodes {
            guard ![.localLoop, .lvm, .volumeGroup].contains(node.kind) else { continue }
            guard let base = node.base else {
                throw refusal(node, "has no base", hint: "Add 'base: NAME'.")
            }
            guard let parent = known[base] else {
                let names = nodes.filter { node.kind.bases.contains($0.kind) }.map(\.name)
                throw refusal(
                    node, "is based on '\(base)', which does not exist", at: "base",
                    hint: NearestName.of(base, in: names).map { "Did you mean '\($0)'?" })
            }
            try checkCycle(node, known)
            guard node.kind.bases.contains(parent.kind) else {
                let allowed = node.kind.bases.map { "a \($0.title)" }.joined(separator: " or ")
                throw refusal(
                    node, "is based on '\(base)', which is a \(parent.kind.title)", at: "base",
                    hint: "The base of a \(node.kind.title) is \(allowed).")
            }
        }
    }

    private func checkCycle(_ node: LayoutNode, _ known: [String: LayoutNode]) throws {
        var path = [node.name]
        var current = node
        while let base = current.base, let parent = known[base] {
            path.append(parent.name)
            guard parent.name != node.name else {
                throw refusal(
                    node, "is based on itself: \(path.joined(separator: " -> "))", at: "base",
                    hint: "The first node is a local_loop, which has no base.")
            }
            guard path.count <= known.count else { return }
            current = parent
        }
    }

    /// The only node of a kind that is based on `node`.
    func child(_ kind: LayoutNode.Kind, of node: LayoutNode) throws -> LayoutNode? {
        let found = (children[node.name] ?? []).filter { $0.kind == kind }
        guard found.count < 2 else {
            throw refusal(
                found[1], "is the second \(kind.title) of '\(node.name)'", at: "base",
                hint: "Leave one of them out.")
        }
        return found.first
    }

    // MARK: Disks and partitions

    private func disk(_ node: LayoutNode) throws -> Disk {
        let table = try child(.partitioning, of: node)
        let volume = try content(of: node)
        let content: Disk.Content
        switch (table, volume) {
        case (let table?, nil): content = .table(try self.table(table))
        case (nil, let volume?): content = .volume(volume)
        case (let table?, _?):
            throw refusal(
                table, "shares its disk '\(node.name)' with a file system", at: "base",
                hint: "Leave one of them out.")
        case (nil, nil):
            throw refusal(
                node, "holds neither a partition table nor a file system",
                hint: "Add 'partitioning' or 'mkfs' with 'base: \(node.name)'.")
        }
        guard !node.name.contains("/") else {
            throw refusal(
                node, "has a name with a slash", at: "name",
                hint: "Its image is called after it; the setting 'directory' names a folder.")
        }
        var disk = Disk(name: node.name, content: content)
        disk.size = try size(node, "size") ?? defaults.diskSize
        disk.largestSize = try size(node, "max_size")
        if let size = disk.size, let largest = disk.largestSize, size > largest {
            throw refusal(
                node, "has \(size), more than the \(largest) of its max_size", at: "max_size",
                hint: "Give it a smaller size.")
        }
        disk.directory = try text(node, "directory")
        disk.blockSize = try blockSize(node)
        disk.groups = try groups(of: disk)
        try checkRoom(disk, node)
        return disk
    }

    private func blockSize(_ node: LayoutNode) throws -> Int64 {
        if let size = defaults.blockSize { return size }
        guard let text = try text(node, "block_size") else { return 512 }
        guard let size = Int64(text), [512, 4096].contains(size) else {
            throw refusal(
                node, "has the block size '\(text)'", at: "block_size", hint: "Use 512 or 4096.")
        }
        return size
    }

    private func table(_ node: LayoutNode) throws -> PartitionTable {
        guard let label = try text(node, "label") else {
            throw refusal(node, "has no label", hint: "Add 'label: gpt' or 'label: mbr'.")
        }
        guard let kind = PartitionTable.Kind(rawValue: label) else {
            throw refusal(
                node, "has the unknown label '\(label)'", at: "label", hint: "Use 'gpt' or 'mbr'.")
        }
        let parts = (children[node.name] ?? []).filter { $0.kind == .partition }
        var table = PartitionTable(kind: kind, partitions: [])
        if let alignment = try size(node, "align") {
            guard alignment >= .kibibytes(4), alignment.bytes % 4096 == 0 else {
                throw refusal(
                    node, "has the alignment \(alignment)", at: "align",
                    hint: "Use a multiple of 4 KiB.")
            }
            table.alignment = alignment
        }
        for (index, part) in parts.enumerated() {
            let partition = try partition(part, in: kind)
            if let last = table.partitions.last {
                try checkOrder(part, partition, after: last)
            }
            table.partitions.append(partition)
            let primary = table.partitions.count { !$0.isLogical }
            let most = kind == .gpt ? 128 : parts.count > primary ? 3 : 4
            guard kind == .gpt ? index < most : primary <= most else {
                throw refusal(
                    part, "is one more than the \(most) that the table has room for",
                    hint: kind == .gpt
                        ? "A GPT holds 128 partitions."
                        : "An MBR holds four primary partitions, or three and logical ones behind them."
                )
            }
        }
        return table
    }

    private func checkOrder(
        _ node: LayoutNode, _ partition: Partition, after last: Partition
    ) throws {
        if last.isLogical, !partition.isLogical {
            throw refusal(
                node, "is primary and comes after a logical one",
                hint: "Put all partitions with the flag 'primary' first.")
        }
        if last.size == .percent(100) || last.size == .rest {
            throw refusal(
                node, "gets no room: '\(last.name)' before it takes all that is left",
                hint: "Give '\(last.name)' a size, or put it last.")
        }
    }

    /// Places everything, on a disk that is large enough where the size is computed.
    private func checkRoom(_ disk: Disk, _ node: LayoutNode) throws {
        do throws(DiskGeometry.Fault) {
            let geometry = try DiskGeometry(beforeMeasuring: disk)
            for (index, range) in geometry.ranges.enumerated() {
                try checkRoom(of: disk, index, range)
            }
            for group in disk.groups { try checkRoom(in: group, of: disk, geometry) }
        } catch {
            let part = nodes.first {
                [.partition, .volumeGroup, .logicalVolume].contains($0.kind)
                    && $0.name == error.name
            }
            let key = part?.settings["start"] == nil ? "size" : "start"
            guard part?.kind != .logicalVolume, part?.kind != .volumeGroup else {
                throw refusal(
                    part ?? node, error.problem, at: key,
                    hint: "Make it smaller or larger, or the partitions of its group.")
            }
            throw refusal(
                part ?? node, error.problem, at: key,
                hint: disk.size.map {
                    "The disk '\(disk.name)' has \($0); make it larger or its partitions smaller."
                } ?? "Partitions stand in the order of their places; an MBR ends at 2^32 blocks.")
        }
    }

    /// Places the volumes of a group whose partitions all have a fixed size.
    private func checkRoom(
        in group: VolumeGroup, of disk: Disk, _ geometry: DiskGeometry
    ) throws(DiskGeometry.Fault) {
        let isKnown = group.physicalVolumes.allSatisfy { member in
            let size = disk.partitions.first { $0.name == member.partition }?.size
            if case .absolute = size { return true }
            return disk.size != nil && size != .fitting
        }
        guard isKnown else { return }
        let placed = try disk.placed(group, in: geometry)
        for (index, volume) in group.logicalVolumes.enumerated() {
            let size = placed.size(of: index)
            guard let content = volume.volume, size < content.leastSize else { continue }
            throw DiskGeometry.Fault(
                name: volume.name, problem: "has \(size), and \(content.leastPhrase)")
        }
    }

    /// Checks that a file system can be made in a place whose size is known.
    private func checkRoom(
        of disk: Disk, _ index: Int, _ range: ByteRange
    ) throws(DiskGeometry.Fault) {
        let partition = disk.table?.partitions[index]
        var isKnown = disk.size != nil && partition?.size != .fitting
        if case .absolute = partition?.size { isKnown = true }
        let volume = disk.table == nil ? disk.volumes.first : partition?.volume
        guard isKnown, let volume, range.length < volume.leastSize else { return }
        throw DiskGeometry.Fault(
            name: partition?.name ?? disk.name,
            problem: "has \(range.length), and \(volume.leastPhrase)")
    }
}

extension Volume {
    /// Such as "xfs needs at least 300 MiB".
    fileprivate var leastPhrase: String {
        "\(type.rawValue)\(encryption == nil ? "" : " in LUKS2") needs at least \(leastSize)"
    }
}
