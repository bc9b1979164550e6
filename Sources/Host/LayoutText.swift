// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// The disk's layout as a plan shows it: each disk with its partitions, places where they are known, and mounts.
struct LayoutText {
    private let layout: DiskLayout

    /// The elements that may change it while the build runs.
    private let editors: [String]
    /// The options for the program that makes the root file system.
    private let words: [String]

    init(_ layout: DiskLayout, editors: [String] = [], words: [String] = []) {
        self.layout = layout
        self.editors = editors
        self.words = words
    }

    var lines: [String] {
        var table = TextTable(indentation: 2)
        if let source = layout.source { table.add("read from", source) }
        for disk in layout.disks { add(disk, to: &table) }
        let firmware = layout.firmware.map(\.title).joined(separator: " and ")
        table.add("boot loader", firmware.isEmpty ? "no" : "for \(firmware)")
        for line in growth { table.add("root grows", line) }
        if !editors.isEmpty {
            table.add("may change", "at run time, by \(editors.joined(separator: ", "))")
        }
        return ["layout"] + table.lines
    }

    /// How large the root file system can become, and what that costs.
    private var growth: [String] {
        if let growth = layout.growth {
            let size = "to \(growth.size.exactText)"
            guard let cluster = growth.clusterSize else { return [size] }
            return [
                "\(size), in clusters of \(cluster.exactText), of which each file and folder takes at least one"
            ]
        }
        guard let limit = GrowthLimit.first(of: layout, words) else { return [] }
        guard let size = limit.size else { return ["not at all: \(limit.reason)"] }
        return ["to \(size.exactText) at most: \(limit.reason)"]
    }

    private func add(_ disk: Disk, to table: inout TextTable) {
        let owner = layout.element.map { "asked for by \($0)" } ?? ""
        let kind = disk.table?.kind.rawValue ?? "no table"
        let blocks = disk.blockSize == 512 ? "" : "blocks of \(disk.blockSize) bytes"
        let folder = disk.directory.map { "in \($0)" } ?? ""
        table.add(disk.name, kind, size(of: disk), blocks, owner, folder)
        let places = places(on: disk)
        switch disk.content {
        case .volume(let volume): table.add("", "", "", "", describe(volume))
        case .table(let partitions):
            for (index, partition) in partitions.partitions.enumerated() {
                let notes = [
                    partition.isBootable ? "boot" : nil, partition.isLogical ? "logical" : nil,
                    partition.volume.map(describe),
                ]
                table.add(
                    "  \(partitions.number(of: index)) \(partition.name)",
                    partition.type.description, partition.size.description, places[index] ?? "",
                    notes.compactMap(\.self).joined(separator: ", "))
            }
        }
        for group in disk.groups { add(group, of: disk, to: &table) }
    }

    private func add(_ group: VolumeGroup, of disk: Disk, to table: inout TextTable) {
        let partitions = group.physicalVolumes.map(\.partition).joined(separator: ", ")
        table.add(
            "  \(group.name)", "group", "extents of \(group.extentSize)", "", "on \(partitions)")
        let geometry = knownGeometry(of: disk).flatMap { try? disk.placed(group, in: $0) }
        for (index, volume) in group.logicalVolumes.enumerated() {
            let pieces = geometry?.pieces(of: index) ?? []
            let place = pieces.first.map { first in
                let bytes = pieces.reduce(0) { $0 + $1.length.bytes }
                return
                    "at \(first.offset)\(pieces.count > 1 ? " and elsewhere" : ""), \(bytes) bytes"
            }
            table.add(
                "    \(volume.name)", volume.stripes > 1 ? "\(volume.stripes) stripes" : "linear",
                volume.size.description, place ?? "", volume.volume.map(describe) ?? "")
        }
    }

    /// Where the partitions lie, when that is known before the tree is measured.
    private func knownGeometry(of disk: Disk) -> DiskGeometry? {
        let isKnown = disk.partitions.allSatisfy { partition in
            if case .absolute = partition.size { return true }
            return disk.size != nil && partition.size != .fitting
        }
        return isKnown ? try? DiskGeometry(beforeMeasuring: disk) : nil
    }

    private func size(of disk: Disk) -> String {
        if let size = disk.size { return size.description }
        let more = layout.extraSize.map { ", and \($0) more" } ?? ""
        let most = disk.largestSize.map { ", at most \($0)" } ?? ""
        return "computed, \(layout.freePercent) % free" + more + most
    }

    /// Byte ranges, by the partition's index, as far as they are known before the tree is measured.
    private func places(on disk: Disk) -> [Int: String] {
        // A disk of computed size has fixed places up to its first partition that shares in the size.
        guard let geometry = try? DiskGeometry(beforeMeasuring: disk) else { return [:] }
        var places: [Int: String] = [:]
        for (index, partition) in disk.partitions.enumerated() {
            let range = geometry.ranges[index]
            if case .absolute = partition.size {
                places[index] = "at \(range.offset), \(range.length.bytes) bytes"
            } else if disk.size != nil, partition.size != .fitting {
                places[index] = "at \(range.offset), \(range.length.bytes) bytes"
            } else {
                places[index] = "at \(range.offset)"
                break
            }
        }
        return places
    }

    private func describe(_ volume: Volume) -> String {
        var text = "\(volume.type.rawValue), label \(volume.type.storedLabel(volume.label))"
        if let encryption = volume.encryption { text += ", in LUKS2 '\(encryption.name)'" }
        guard let mount = volume.mount else { return text }
        text += volume.type == .swap ? "" : ", at \(mount.point)"
        if let line = mount.table, volume.type != .swap {
            text += " (\(line.options), pass \(line.checkPass))"
        }
        return text
    }
}
