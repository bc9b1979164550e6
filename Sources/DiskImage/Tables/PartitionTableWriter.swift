// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import Planning
package import SystemPackage

/// Writes the table of a disk exactly where the plan has its partitions.
///
/// Own code rather than sfdisk: on a plain file that knows no blocks of 4096 bytes, and it chooses the place of the
/// sectors in front of logical partitions itself.
package struct PartitionTableWriter: Sendable {
    private let disk: Disk
    private let table: PartitionTable
    private let geometry: DiskGeometry
    private let digest: ContentDigest

    /// nil for a disk without a table; identifiers are derived from `digest`.
    package init?(disk: Disk, geometry: DiskGeometry, digest: ContentDigest) {
        guard let table = disk.table else { return nil }
        self.disk = disk
        self.table = table
        self.geometry = geometry
        self.digest = digest
    }

    /// Where a boot loader for a BIOS has its core image: between an MBR and the first partition, in a GPT the partition
    /// that is there for it; nil when there is none.
    package var bootLoaderPlace: ByteRange? {
        switch table.kind {
        case .mbr:
            let sector = ByteCount(MasterBootRecord.sectorSize)
            let first = geometry.extended.map { [$0] } ?? []
            let end = (geometry.ranges + first).map(\.offset).min() ?? table.alignment
            return ByteRange(offset: sector, length: end - sector)
        case .gpt:
            return zip(table.partitions, geometry.ranges).first {
                $0.0.type == .guid(PartitionType.biosBoot)
            }?.1
        }
    }

    /// What the first sector holds behind its boot code.
    package var record: MasterBootRecord {
        switch table.kind {
        case .gpt: return guidTable.protectiveRecord
        case .mbr:
            var entries = zip(table.partitions, geometry.ranges).filter { !$0.0.isLogical }
                .map { entry($0.0, $0.1, from: .zero) }
            if let extended = geometry.extended {
                entries.append(
                    .init(
                        type: PartitionType.extendedCode, first: sector(extended.offset),
                        count: sector(extended.length)))
            }
            return MasterBootRecord(
                identifier: digest.identifier(for: purpose("disk")), entries: entries)
        }
    }

    /// Writes everything; the boot code in the first sector stays.
    package func write(to file: FileDescriptor) throws {
        try file.writeAll(toAbsoluteOffset: 440, record.table)
        switch table.kind {
        case .gpt:
            for part in guidTable.parts {
                try file.writeAll(toAbsoluteOffset: part.offset, part.bytes)
            }
        case .mbr:
            for (offset, record) in logicalRecords {
                try file.writeAll(toAbsoluteOffset: offset.bytes + 440, record.table)
            }
        }
    }

    // MARK: MBR

    private func sector(_ size: ByteCount) -> UInt32 { UInt32(size.bytes / disk.blockSize) }

    private func entry(
        _ partition: Partition, _ range: ByteRange, from origin: ByteCount
    ) -> MasterBootRecord.Entry {
        var type: UInt8 = 0x83
        if case .code(let code) = partition.type { type = code }
        return .init(
            isBootable: partition.isBootable, type: type, first: sector(range.offset - origin),
            count: sector(range.length))
    }

    /// The chain of sectors in front of the logical partitions: each names its own and the next one's.
    private var logicalRecords: [(ByteCount, MasterBootRecord)] {
        guard let extended = geometry.extended else { return [] }
        let logical = zip(table.partitions, geometry.ranges).filter { $0.0.isLogical }
        return logical.enumerated().map { index, item in
            let place = item.1.offset - table.alignment
            var entries = [entry(item.0, item.1, from: place)]
            if index + 1 < logical.count {
                let next = logical[index + 1].1
                let start = next.offset - table.alignment
                entries.append(
                    .init(
                        type: 0x05, first: sector(start - extended.offset),
                        count: sector(next.end - start)))
            }
            return (place, MasterBootRecord(identifier: 0, entries: entries))
        }
    }

    // MARK: GPT

    private var guidTable: GUIDPartitionTable {
        let size = UInt64(disk.blockSize)
        let entries = zip(table.partitions, geometry.ranges).map { partition, range in
            var type = PartitionType.linux
            if case .guid(let guid) = partition.type { type = guid }
            return GUIDPartitionTable.Entry(
                type: type, identifier: digest.uuid(for: purpose("partition \(partition.name)")),
                name: partition.name, first: UInt64(range.offset.bytes) / size,
                last: UInt64(range.end.bytes) / size - 1, isBootable: partition.isBootable)
        }
        return GUIDPartitionTable(
            identifier: digest.uuid(for: purpose("disk")), entries: entries,
            blockSize: disk.blockSize, blocks: UInt64(geometry.size.bytes) / size)
    }

    /// Names are unique within a layout, but for the main disk's "disk".
    private func purpose(_ name: String) -> String {
        disk.name == Disk.mainName ? name : "\(disk.name) \(name)"
    }
}
