// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// What the image consists of: disks, their partitions, the file systems in them, and where those are mounted.
package struct DiskLayout: Codable, Equatable, Sendable {
    package enum Table: String, Codable, Sendable {
        /// The image is the file system itself.
        case none
        case mbr
        case gpt
    }

    /// The first is the one that the output formats are made of.
    package var disks: [Disk]
    /// The share of a computed file system's blocks that stays free, in percent.
    package var freePercent: Int
    /// Added to the computed size of the root file system.
    package var extraSize: ByteCount?
    /// What the root file system is to grow to later; nil: nobody asked.
    package var growth: RootGrowth?
    /// What a native element makes the disk boot by; empty: the disk boots by nothing, or a shell element sees to it.
    package var firmware: [Firmware]
    /// The element that asked for the table, if one did.
    package var element: String?
    /// The file or variable that the layout was read from; nil: it is one of dibhost's own.
    package var source: String?
    /// The elements whose hooks changed it while the build ran, in their order.
    package var editors: [String] = []

    package init(
        disks: [Disk], freePercent: Int = 10, extraSize: ByteCount? = nil,
        installsBootLoader: Bool = false, element: String? = nil, source: String? = nil
    ) {
        self.disks = disks
        self.freePercent = freePercent
        self.extraSize = extraSize
        firmware = installsBootLoader ? [.bios] : []
        self.element = element
        self.source = source
    }

    /// One file system with everything, plain or in the only partition of a disk.
    package init(
        table: Table, type: FileSystemType = .ext4, label: String, freePercent: Int = 10,
        size: ByteCount? = nil,
        extraSize: ByteCount? = nil, installsBootLoader: Bool = false, element: String? = nil
    ) {
        let volume = Volume(
            name: Volume.rootName, type: type, label: label, mount: MountEntry(point: "/"))
        var content = Disk.Content.volume(volume)
        if let kind = PartitionTable.Kind(rawValue: table.rawValue) {
            let root = Partition(
                name: "root", size: .rest, type: .standard(in: kind), isBootable: kind == .mbr,
                volume: volume)
            content = .table(PartitionTable(kind: kind, partitions: [root]))
        }
        self.init(
            disks: [Disk(name: Disk.mainName, size: size, content: content)],
            freePercent: freePercent, extraSize: extraSize,
            installsBootLoader: installsBootLoader, element: element)
    }

    /// Whether a boot sector and a core image are written.
    package var installsBootLoader: Bool { firmware.contains(.bios) }

    /// Of the first disk.
    package var table: Table {
        disks.first?.table.map { $0.kind == .mbr ? .mbr : .gpt } ?? .none
    }

    /// Whether a person or an element wrote it, rather than dibhost.
    package var isConfigured: Bool { source != nil || !editors.isEmpty }

    /// What it is called in messages.
    package var title: String {
        if let editor = editors.last { return "the disk layout that element '\(editor)' made" }
        return source.map { "disk layout '\($0)'" } ?? "the disk's layout"
    }

    /// Whether a disk has a partition table.
    package var hasTables: Bool { disks.contains { $0.table != nil } }

    /// What the user should know of it.
    var warnings: [String] {
        guard let main = disks.first, let directory = main.directory else { return [] }
        return [
            "the directory '\(directory)' of disk '\(main.name)' is passed over: the first disk"
                + " gets the name that -o gives"
        ]
    }

    /// The size of the first disk when it is fixed.
    package var size: ByteCount? {
        get { disks.first?.size }
        set { disks[0].size = newValue }
    }

    /// All volumes, in the order of their places.
    package var volumes: [Volume] { disks.flatMap(\.volumes) }

    /// The file system that is mounted at "/"; each layout has one.
    package var root: Volume? { volumes.first { $0.mountPoint == "/" } }

    /// The disk with the root file system.
    package var rootDisk: Disk? { disks.first { $0.volumes.contains { $0.mountPoint == "/" } } }

    /// The root file system's type and label.
    package var fileSystem: String { root?.type.rawValue ?? "" }
    package var label: String { root?.label ?? "" }

    /// What is mounted, in the order of mounting: the bytes of the mount points; swap among them.
    package var mounts: [(volume: Volume, entry: MountEntry)] {
        volumes.compactMap { volume in volume.mount.map { (volume, $0) } }
            .sorted { $0.1.point.utf8.lexicographicallyPrecedes($1.1.point.utf8) }
    }

    /// The files that tell the running system what to decrypt and mount; none that has no line.
    package var tableFiles: [(path: String, text: String)] {
        [("/etc/fstab", mountTable), ("/etc/crypttab", encryptionTable)]
            .compactMap { path, text in text.map { (path, $0) } }
    }

    /// The text of /etc/fstab; nil when the layout asks for no line.
    package var mountTable: String? {
        let lines = mounts.compactMap { volume, entry -> String? in
            guard let line = entry.table else { return nil }
            let label = "LABEL=\(Self.field(volume.type.storedLabel(volume.label)))"
            if volume.type == .swap { return "\(label) none swap sw 0 0\n" }
            return "\(label) \(Self.field(entry.point)) \(volume.type.rawValue) \(line.options)"
                + " \(line.dumpFrequency) \(line.checkPass)\n"
        }
        return lines.isEmpty ? nil : lines.joined()
    }
}

extension DiskLayout {
    /// A field of fstab(5), where white space and the backslash stand as octal numbers.
    fileprivate static func field(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            guard [" ", "\t", "\n", "\\", "#"].contains(scalar) else { return String(scalar) }
            let digits = String(scalar.value, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }.joined()
    }
}

extension Volume {
    /// The node of a configuration that options about the root file system belong to.
    package static let rootName = "mkfs_root"
}
