// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Writes a layout as a block-device configuration in graph notation, which `LayoutReader` reads back.
///
/// The text is YAML and JSON at once, so that elements can read it with whatever they have: a list of maps with one key,
/// one a line. Every value is a text but for the lists 'partitions' and 'flags'; sizes are in bytes.
package struct LayoutWriter {
    private var lines: [String] = []
    private var names: Set<String>

    /// The text of `layout`.
    package static func text(_ layout: DiskLayout) -> String {
        var writer = LayoutWriter(layout)
        layout.disks.forEach { writer.write($0) }
        return "[\n" + writer.lines.joined(separator: ",\n") + "\n]\n"
    }

    private init(_ layout: DiskLayout) {
        names = []
        for disk in layout.disks {
            names.insert(disk.name)
            names.formUnion(disk.partitions.map(\.name))
            names.formUnion(disk.volumes.map(\.name))
            names.formUnion(disk.volumes.compactMap(\.encryption?.name))
            for group in disk.groups {
                names.insert(group.name)
                names.formUnion(group.physicalVolumes.map(\.name))
                names.formUnion(group.logicalVolumes.map(\.name))
            }
        }
    }

    private mutating func write(_ disk: Disk) {
        node(
            .localLoop,
            [
                ("name", disk.name), ("size", disk.size.map { String($0.bytes) }),
                ("max_size", disk.largestSize.map { String($0.bytes) }),
                ("directory", disk.directory), ("block_size", String(disk.blockSize)),
            ])
        switch disk.content {
        case .volume(let volume): write(volume, on: disk.name)
        case .table(let table): write(table, on: disk.name)
        }
        for group in disk.groups { write(group) }
    }

    /// All in one node, so that an element built before there were groups passes it on as it is.
    private mutating func write(_ group: VolumeGroup) {
        let members = group.physicalVolumes.map {
            Self.map([("name", Self.quoted($0.name)), ("base", Self.quoted($0.partition))])
        }
        let names = Self.list(group.physicalVolumes.map { Self.quoted($0.name) })
        let extent = ["-s", "\(group.extentSize.bytes)b"]
        let groups = Self.map([
            ("name", Self.quoted(group.name)), ("base", names),
            ("options", Self.list(extent.map(Self.quoted))),
        ])
        let volumes = group.logicalVolumes.map { volume in
            var size: ByteCount?
            if case .absolute(let bytes) = volume.size { size = bytes }
            let stripes = [
                "--stripes", "\(volume.stripes)", "--stripesize", "\(volume.stripeSize.bytes)b",
            ]
            return Self.map([
                ("name", Self.quoted(volume.name)), ("base", Self.quoted(group.name)),
                ("size", size.map { Self.quoted(String($0.bytes)) }),
                ("extents", volume.size.extentsNotation.map(Self.quoted)),
                ("options", volume.stripes > 1 ? Self.list(stripes.map(Self.quoted)) : nil),
                volume.volume.map(nested) ?? ("mkfs", nil),
            ])
        }
        let lists = [("pvs", members), ("vgs", [groups]), ("lvs", volumes)].map { name, items in
            (name, Optional(Self.list(items.map { "\n  " + $0 })))
        }
        let name = Self.quoted(free("lvm_\(group.name)"))
        lines.append("{\"lvm\": \(Self.map([("name", name)] + lists))}")
    }

    /// A volume with its mount inside, in its LUKS volume where it has one: the key and its value.
    private func nested(_ volume: Volume) -> (String, String?) {
        guard let encryption = volume.encryption else {
            return (LayoutNode.Kind.mkfs.rawValue, mkfs(volume))
        }
        return (LayoutNode.Kind.luks.rawValue, luks(encryption, volume))
    }

    private func luks(
        _ encryption: Encryption, _ volume: Volume, base: String? = nil
    ) -> String {
        let settings = [
            ("name", encryption.name), ("base", base), ("uuid", encryption.uuid),
            ("key-file", encryption.keyFile), ("options", encryption.options),
        ].map { ($0.0, $0.1.map(Self.quoted)) }
        return Self.map(settings + [(LayoutNode.Kind.mkfs.rawValue, mkfs(volume))])
    }

    private func mkfs(_ volume: Volume) -> String {
        let line = volume.mount?.table.map { line in
            Self.map([
                ("options", Self.quoted(line.options)),
                ("dump-freq", Self.quoted(String(line.dumpFrequency))),
                ("fsck-passno", Self.quoted(String(line.checkPass))),
            ])
        }
        let mount = volume.mount.map { mount in
            Self.map([("mount_point", Self.quoted(mount.point)), ("fstab", line)])
        }
        let settings = Self.settings(of: volume).map { ($0.0, $0.1.map(Self.quoted)) }
        return Self.map([("name", Self.quoted(volume.name))] + settings + [("mount", mount)])
    }

    private static func settings(of volume: Volume) -> [(String, String?)] {
        [
            ("type", volume.type.rawValue), ("label", volume.label), ("uuid", volume.uuid),
            ("opts", volume.options.isEmpty ? nil : volume.options.joined(separator: " ")),
        ]
    }

    private mutating func write(_ table: PartitionTable, on disk: String) {
        let partitions = table.partitions.map { partition in
            var flags = partition.isBootable ? ["boot"] : []
            if table.kind == .mbr, !partition.isLogical { flags.append("primary") }
            return Self.map([
                ("name", Self.quoted(partition.name)),
                ("type", Self.quoted(partition.type.notation)),
                ("start", partition.start.map { Self.quoted(String($0.bytes)) }),
                ("size", Self.quoted(partition.size.notation)),
                ("flags", flags.isEmpty ? nil : Self.list(flags.map(Self.quoted))),
            ])
        }
        node(
            .partitioning,
            [
                ("name", free("partitioning_\(disk)")), ("base", disk),
                ("label", table.kind.rawValue), ("align", String(table.alignment.bytes)),
            ], with: ("partitions", Self.list(partitions.map { "\n  " + $0 })))
        for partition in table.partitions {
            if let volume = partition.volume { write(volume, on: partition.name) }
        }
    }

    private mutating func write(_ volume: Volume, on base: String) {
        if let encryption = volume.encryption {
            // All in one node, as volume groups are.
            let map = luks(encryption, volume, base: base)
            lines.append("{\(Self.quoted(LayoutNode.Kind.luks.rawValue)): \(map)}")
            return
        }
        node(.mkfs, [("name", volume.name), ("base", base)] + Self.settings(of: volume))
        guard let mount = volume.mount else { return }
        let name = free("mount_\(volume.name)")
        node(.mount, [("name", name), ("base", volume.name), ("mount_point", mount.point)])
        guard let line = mount.table else { return }
        node(
            .fstab,
            [
                ("name", free("fstab_\(name)")), ("base", name), ("options", line.options),
                ("dump-freq", String(line.dumpFrequency)), ("fsck-passno", String(line.checkPass)),
            ])
    }

    /// A name that no other node has: that of a table or a mount means nothing to the layout.
    private mutating func free(_ wanted: String) -> String {
        var name = wanted
        while !names.insert(name).inserted { name += "_" }
        return name
    }

    // MARK: Text

    private mutating func node(
        _ kind: LayoutNode.Kind, _ settings: [(String, String?)],
        with list: (String, String)? = nil
    ) {
        let quoted = settings.map { ($0.0, $0.1.map(Self.quoted)) }
        let map = Self.map(quoted + (list.map { [($0.0, $0.1)] } ?? []))
        lines.append("{\(Self.quoted(kind.rawValue)): \(map)}")
    }

    private static func map(_ entries: [(String, String?)]) -> String {
        let pairs = entries.compactMap { key, value in value.map { "\(quoted(key)): \($0)" } }
        return "{\(pairs.joined(separator: ", "))}"
    }

    private static func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }

    /// A string of JSON, which is one of YAML, too.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension PartitionType {
    /// As a configuration names it.
    fileprivate var notation: String { description }
}

extension Partition.Size {
    /// As a configuration names it.
    fileprivate var notation: String {
        switch self {
        case .absolute(let size): String(size.bytes)
        case .percent(let share): (share == share.rounded() ? "\(Int(share))" : "\(share)") + "%"
        case .fitting: Self.fittingWord
        case .rest: Self.restWord
        }
    }
}
