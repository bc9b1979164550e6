// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// Where everything lies on a disk of a known size.
///
/// Partitions follow each other, without gaps but for alignment and for those that say where they start, so they cannot
/// overlap. The arithmetic is that of the original. A percentage is of what the partitions before it leave; in an MBR that is the disk behind the next aligned
/// place and one more place, which a logical partition needs for its own sector of the table; in a GPT the disk without
/// the first and the last MiB. Sizes in a GPT are whole multiples of the alignment.
package struct DiskGeometry: Equatable, Sendable {
    package var size: ByteCount
    /// Of the partitions, in their order; of a disk without a table the one range of its volume.
    package var ranges: [ByteRange]
    /// The extended partition of an MBR with logical ones.
    package var extended: ByteRange?

    /// The places as far as they are known before the tree is measured.
    ///
    /// On a disk of computed size, one that is large enough, partitions that have a share of it are as small as can be.
    package init(beforeMeasuring disk: Disk) throws(Fault) {
        guard disk.size == nil, var table = disk.table else {
            try self.init(disk, size: disk.size ?? .zero)
            return
        }
        for (index, partition) in table.partitions.enumerated() {
            guard case .absolute = partition.size else {
                table.partitions[index].size = .fitting
                continue
            }
        }
        var disk = disk
        disk.content = .table(table)
        try self.init(
            disk, size: table.kind == .mbr ? ByteCount(disk.blockSize << 32) : .gibibytes(1 << 20))
    }

    /// What does not fit: the partition, or the disk, and why.
    package struct Fault: Error, Equatable {
        package var name: String
        package var problem: String
    }

    /// The places on a disk of `size`.
    package init(_ disk: Disk, size: ByteCount) throws(Fault) {
        self.size = size
        ranges = []
        guard let table = disk.table else {
            ranges = [ByteRange(offset: .zero, length: size)]
            return
        }
        var cursor = Cursor(table: table, blockSize: disk.blockSize, size: size)
        for partition in table.partitions {
            ranges.append(try cursor.place(partition))
        }
        extended = cursor.extended
    }

    /// `disk` with sizes for its partitions that are as large as what they hold: `needs`, by the volume's name.
    ///
    /// - Throws: `Fault` for a logical volume whose own size is too small.
    package static func fitting(
        _ disk: Disk, _ needs: [String: ByteCount]
    ) throws(Fault) -> Disk {
        guard var table = disk.table else { return disk }
        for (index, partition) in table.partitions.enumerated() where partition.size == .fitting {
            let need = try disk.leastSize(of: partition, holding: needs)
            table.partitions[index].size = .absolute(need.roundedUp(to: table.alignment))
        }
        var fitted = disk
        fitted.content = .table(table)
        return fitted
    }

    /// The smallest size, a multiple of 64 KiB, with which each range has at least the length of `least`.
    ///
    /// - Throws: `Fault` when no size will do: then a fixed size is too small for what it is to hold.
    package static func smallestSize(
        of disk: Disk, holding least: [ByteCount]
    ) throws(Fault) -> ByteCount {
        let unit = ByteCount.kibibytes(64)
        var low: Int64 = 0
        var high: Int64 = 16
        while let fault = fault(disk, unit * high, least) {
            guard high < 1 << 30 else { throw fault }
            low = high
            high *= 2
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if fault(disk, unit * middle, least) == nil { high = middle } else { low = middle }
        }
        return unit * high
    }

    /// What `size` is too small for; nil when everything fits.
    private static func fault(
        _ disk: Disk, _ size: ByteCount, _ least: [ByteCount]
    ) -> Fault? {
        do throws(Fault) {
            let geometry = try DiskGeometry(disk, size: size)
            for (index, range) in geometry.ranges.enumerated() where range.length < least[index] {
                let name = disk.table?.partitions[index].name ?? disk.name
                return Fault(
                    name: name, problem: "has \(range.length), but needs \(least[index])")
            }
            return nil
        } catch {
            return error
        }
    }
}

extension DiskGeometry {
    /// Goes over the disk from its beginning and hands out places.
    private struct Cursor {
        let table: PartitionTable
        let blockSize: Int64
        let size: ByteCount
        var next: ByteCount
        var extended: ByteRange?

        init(table: PartitionTable, blockSize: Int64, size: ByteCount) {
            self.table = table
            self.blockSize = blockSize
            self.size = size
            // The sector of the table; in a GPT one more, and 128 entries of 128 bytes.
            let used = table.kind == .gpt ? 2 * blockSize + 16384 : blockSize
            next = max(table.alignment, ByteCount(used))
        }

        /// The first byte that no partition may use.
        private var limit: ByteCount {
            guard table.kind == .gpt else {
                // Sector numbers have 32 bits.
                return min(size, ByteCount(blockSize << 32))
            }
            // The second table: 128 entries of 128 bytes, and its header.
            return max(.zero, size - ByteCount(16384 + blockSize))
        }

        mutating func place(_ partition: Partition) throws(Fault) -> ByteRange {
            let free = try self.free(for: partition)
            var start = free
            if partition.isLogical {
                if extended == nil {
                    extended = ByteRange(offset: free, length: limit - free)
                }
                start += table.alignment
            }
            let length = self.length(of: partition.size, free: free, start: start)
            guard length > .zero else {
                throw Fault(name: partition.name, problem: "gets no room")
            }
            guard start + length <= limit else {
                throw Fault(
                    name: partition.name,
                    problem: "ends at \(start + length), but the disk has room up to \(limit)")
            }
            next = start + length
            return ByteRange(offset: start, length: length)
        }

        /// Where the partition's room begins; of a logical one that of the sector in front of it.
        private func free(for partition: Partition) throws(Fault) -> ByteCount {
            let next = next.roundedUp(to: table.alignment)
            guard var start = partition.start else { return next }
            guard start.roundedDown(to: table.alignment) == start else {
                throw Fault(
                    name: partition.name,
                    problem: "starts at \(start.bytes), which is no multiple of \(table.alignment)")
            }
            if partition.isLogical { start = start - table.alignment }
            guard start >= next else {
                throw Fault(
                    name: partition.name,
                    problem: "starts at \(partition.start ?? start), before the disk is free at"
                        + " \(partition.isLogical ? next + table.alignment : next)")
            }
            return start
        }

        private func length(
            of size: Partition.Size, free: ByteCount, start: ByteCount
        ) -> ByteCount {
            let unit = table.kind == .gpt ? table.alignment : ByteCount(blockSize)
            switch size {
            case .absolute(let size):
                // A size below the unit is rounded up: the alternative is nothing.
                return max(size, unit).roundedDown(to: unit)
            // Whoever knows what the partition is to hold has put a size in its place.
            case .fitting: return unit
            case .rest: return (limit - start).roundedDown(to: unit)
            case .percent(let share):
                let base = self.size - free - table.alignment
                guard base > .zero else { return .zero }
                return ByteCount(Int64(Double(base.bytes) * share / 100)).roundedDown(to: unit)
            }
        }
    }
}
