// SPDX-License-Identifier: Apache-2.0

extension DiskLayout {
    /// Adds a partition behind all others of a disk.
    ///
    /// - Parameters:
    ///   - partition: Nothing can follow one that takes all that is left.
    ///   - disk: The disk's name; nil: the first disk.
    /// - Throws: `ElementError` when there is no such disk, or when it has no partition table.
    public mutating func add(_ partition: Partition, to disk: String? = nil) throws {
        try updateTable(of: disk) { $0.partitions.append(partition) }
    }

    /// Inserts a partition in front of another one, on the same disk.
    ///
    /// - Throws: `ElementError` when there is no partition `other`.
    public mutating func insert(_ partition: Partition, before other: String) throws {
        for index in disks.indices {
            guard let place = disks[index].partitions.firstIndex(where: { $0.name == other }) else {
                continue
            }
            disks[index].table?.partitions.insert(partition, at: place)
            return
        }
        throw missingPartition(other)
    }

    /// Removes a partition with the file system in it.
    ///
    /// - Throws: `ElementError` when there is no partition `name`.
    public mutating func removePartition(_ name: String) throws {
        guard partition(name) != nil else { throw missingPartition(name) }
        for index in disks.indices { disks[index].table?.partitions.removeAll { $0.name == name } }
    }

    /// Changes a partition.
    ///
    /// - Throws: `ElementError` when there is no partition `name`, and what `change` throws.
    public mutating func updatePartition(
        _ name: String, _ change: (inout Partition) throws -> Void
    ) throws {
        for index in disks.indices {
            guard var table = disks[index].table,
                let place = table.partitions.firstIndex(where: { $0.name == name })
            else { continue }
            try change(&table.partitions[place])
            disks[index].table = table
            return
        }
        throw missingPartition(name)
    }

    /// Changes the partition that holds the file system at a mount point.
    ///
    /// - Throws: `ElementError` when nothing is mounted there, or when that fills a disk without partitions.
    public mutating func updatePartition(
        at point: String, _ change: (inout Partition) throws -> Void
    ) throws {
        let held = disks.flatMap(\.partitions).first {
            $0.volume?.type != .swap && $0.volume?.mount?.point == point
        }
        guard let held else {
            throw ElementError(
                "no partition of the disk layout is mounted at '\(point)'",
                hint: "Add an element that brings a disk with partitions, such as vm.")
        }
        try updatePartition(held.name, change)
    }

    /// Changes the file system at a mount point: its label or its type, for example.
    ///
    /// - Throws: `ElementError` when nothing is mounted there, and what `change` throws.
    public mutating func updateVolume(
        at point: String, _ change: (inout Volume) throws -> Void
    ) throws {
        for index in disks.indices {
            if case .volume(var volume) = disks[index].content, volume.mount?.point == point {
                try change(&volume)
                disks[index].content = .volume(volume)
                return
            }
        }
        guard volume(at: point) != nil else {
            throw ElementError("no file system of the disk layout is mounted at '\(point)'")
        }
        try updatePartition(at: point) { partition in
            guard var volume = partition.volume else { return }
            try change(&volume)
            partition.volume = volume
        }
    }

    private mutating func updateTable(
        of name: String?, _ change: (inout PartitionTable) throws -> Void
    ) throws {
        guard let index = name == nil ? 0 : disks.firstIndex(where: { $0.name == name }),
            disks.indices.contains(index)
        else { throw ElementError("the disk layout has no disk '\(name ?? "")'") }
        guard var table = disks[index].table else {
            throw ElementError(
                "the disk '\(disks[index].name)' has no partition table",
                hint: "Add an element that brings a disk with partitions, such as vm.")
        }
        try change(&table)
        disks[index].table = table
    }

    private func missingPartition(_ name: String) -> ElementError {
        let names = disks.flatMap(\.partitions).map { "'\($0.name)'" }
        return ElementError(
            "the disk layout has no partition '\(name)'",
            hint: names.isEmpty ? nil : "It has \(names.joined(separator: ", ")).")
    }
}
