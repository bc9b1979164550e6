// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The state's place in the disk layout.
struct StatePlace {
    /// What fits into a sector number of 32 bits, with blocks of 512 bytes.
    private static let endOfMBR: UInt64 = 1 << 41

    private let settings: StateSettings

    init(_ settings: StateSettings) { self.settings = settings }

    /// Whether the state can be beside what the layout has.
    func check(_ layout: DiskLayout) throws {
        try checkVolumes(layout)
        guard let disk = layout.rootDisk.map({ layout.disks[$0] }) else { return }
        if let size = disk.size,
            settings.create == .firstBoot ? size > settings.start : size <= settings.start
        {
            throw ElementError(
                "parameter 'system-size': \(settings.start) bytes, but the image has \(size)",
                hint: settings.create == .firstBoot
                    ? "Make system-size larger, or the image smaller."
                    : "Make the image larger, or system-size smaller: the state lies behind it.")
        }
        guard let table = disk.table, table.kind == .mbr else { return }
        guard settings.start < Self.endOfMBR else {
            throw ElementError(
                "parameter 'system-size': an MBR has no entries for places behind 2 TiB",
                hint: "Use a GPT, or a smaller system-size.")
        }
        let primary = table.partitions.count { !$0.isLogical }
        guard primary + (primary < table.partitions.count ? 1 : 0) < 4 else {
            throw ElementError(
                "the disk's MBR has no entry left for the state partition",
                hint: "Use a GPT, or one partition less.")
        }
    }

    private func checkVolumes(_ layout: DiskLayout) throws {
        for volume in layout.volumes {
            guard volume.label != settings.label else {
                throw ElementError(
                    "parameter 'label': '\(settings.label)' is the label of file system"
                        + " '\(volume.name ?? "")' of the disk layout",
                    hint: "Give the state another one.")
            }
            guard volume.type != .swap, let point = volume.mount?.point else { continue }
            for path in settings.paths where point == path || point.hasPrefix(path + "/") {
                throw ElementError(
                    "parameter 'paths': '\(path)' cannot be kept: the disk layout has a file system at"
                        + " '\(point)'",
                    hint: "Leave out one of the two.")
            }
        }
    }

    /// Changes the layout: the image ends before the state, or holds an empty file system for it.
    ///
    /// It stays empty so that there is one way in which contents get there, the machine's first boot, and an archive
    /// of the same build holds the paths as well.
    func take(in layout: inout DiskLayout) throws {
        guard let index = layout.rootDisk else { return }
        let disk = layout.disks[index]
        guard settings.create == .build else {
            let known = disk.maximumSize ?? settings.start
            layout.disks[index].maximumSize = min(known, settings.start)
            return
        }
        guard let last = disk.partitions.last else {
            throw ElementError(
                "the disk has no partitions, so that the state cannot have one in the image",
                hint: "Add an element that brings a disk with partitions, such as vm.")
        }
        // What takes all that is left would reach over the place.
        if last.size == .percent(100) || last.size == .rest {
            try layout.updatePartition(last.name) { $0.size = .fitting }
        }
        var partition = Partition(
            settings.label, size: disk.size == nil ? .bytes(settings.smallest) : .rest,
            volume: Volume(
                type: .init(rawValue: settings.fileSystem), label: settings.label))
        partition.start = settings.start
        try layout.add(partition, to: disk.name)
    }
}

extension DiskLayout {
    /// The index of the disk that the root file system is on, where the machine looks for the state.
    var rootDisk: Int? {
        disks.firstIndex { $0.volumes.contains { $0.type != .swap && $0.mount?.point == "/" } }
    }
}
