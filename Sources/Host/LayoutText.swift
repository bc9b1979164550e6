// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// The disk's layout as a plan shows it: each disk with its partitions, places where they are known, and mounts.
struct LayoutText {
    private let layout: DiskLayout

    /// The elements that may change it while the build runs.
    private let editors: [String]

    init(_ layout: DiskLayout, editors: [String] = []) {
        self.layout = layout
        self.editors = editors
    }

    var lines: [String] {
        var table = TextTable(indentation: 2)
        if let source = layout.source { table.add("read from", source) }
        for disk in layout.disks { add(disk, to: &table) }
        let firmware = layout.firmware.map(\.title).joined(separator: " and ")
        table.add("boot loader", firmware.isEmpty ? "no" : "for \(firmware)")
        if !editors.isEmpty {
            table.add("may change", "at run time, by \(editors.joined(separator: ", "))")
        }
        return ["layout"] + table.lines
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
        guard let mount = volume.mount else { return text }
        text += volume.type == .swap ? "" : ", at \(mount.point)"
        if let line = mount.table, volume.type != .swap {
            text += " (\(line.options), pass \(line.checkPass))"
        }
        return text
    }
}
