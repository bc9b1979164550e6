// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// Where the logical volumes of a group lie.
///
/// Extents are handed out in the order of volumes: a linear one lies in one piece where a physical volume has room for it,
/// else on one after the other; a striped one takes the same from each of the emptiest.
package struct VolumeGroupGeometry: Equatable, Sendable {
    /// Extents of a logical volume that lie side by side, on one physical volume or in turns on several.
    package struct Segment: Equatable, Sendable {
        /// Counted from the volume's beginning.
        package var firstExtent: Int64
        package var extents: Int64
        /// A physical volume by its number in the group, and the first of its extents; one for each stripe.
        package var stripes: [Stripe]

        package struct Stripe: Equatable, Sendable {
            package var physicalVolume: Int
            package var firstExtent: Int64
        }
    }

    package let group: VolumeGroup
    /// The partitions of the physical volumes.
    package let partitions: [ByteRange]
    /// Of the logical volumes, in their order.
    package private(set) var segments: [[Segment]] = []

    /// The places in partitions of a known size.
    ///
    /// - Throws: `DiskGeometry.Fault` for the volume that has no room.
    package init(
        _ group: VolumeGroup, partitions: [ByteRange]
    ) throws(DiskGeometry.Fault) {
        self.group = group
        self.partitions = partitions
        let capacities = partitions.map { Self.extents(in: $0.length, of: group) }
        let total = capacities.reduce(0, +)
        guard capacities.allSatisfy({ $0 > 0 }) else {
            throw .init(
                name: group.name,
                problem: "has a physical volume without room for an extent of \(group.extentSize)")
        }
        var used = capacities.map { _ in Int64(0) }
        for volume in group.logicalVolumes {
            let free = zip(capacities, used).map { $0 - $1 }
            let wanted = group.extents(of: volume, total: total, free: free.reduce(0, +))
            guard wanted > 0 else {
                throw .init(name: volume.name, problem: "gets no room")
            }
            let found =
                volume.stripes > 1
                ? Self.striped(wanted, volume.stripes, free, used)
                : Self.linear(wanted, free, used)
            guard let found else {
                let unit = group.extentSize
                throw .init(
                    name: volume.name,
                    problem: "needs \(unit * wanted)"
                        + (volume.stripes > 1 ? " on \(volume.stripes) physical volumes" : "")
                        + ", and group '\(group.name)' has \(unit * free.reduce(0, +)) left")
            }
            segments.append(found)
            for segment in found {
                let each = segment.extents / Int64(segment.stripes.count)
                for stripe in segment.stripes { used[stripe.physicalVolume] += each }
            }
        }
    }

    /// How many extents a physical volume of a size has.
    package static func extents(in size: ByteCount, of group: VolumeGroup) -> Int64 {
        max(0, (size - PhysicalVolume.reserved).bytes / group.extentSize.bytes)
    }

    private static func linear(
        _ wanted: Int64, _ free: [Int64], _ used: [Int64]
    ) -> [Segment]? {
        func segment(_ first: Int64, _ count: Int64, on index: Int) -> Segment {
            Segment(
                firstExtent: first, extents: count,
                stripes: [.init(physicalVolume: index, firstExtent: used[index])])
        }
        if let whole = free.firstIndex(where: { $0 >= wanted }) {
            return [segment(0, wanted, on: whole)]
        }
        guard free.reduce(0, +) >= wanted else { return nil }
        var segments: [Segment] = []
        var done: Int64 = 0
        for index in free.indices where free[index] > 0 && done < wanted {
            let count = min(free[index], wanted - done)
            segments.append(segment(done, count, on: index))
            done += count
        }
        return segments
    }

    private static func striped(
        _ wanted: Int64, _ stripes: Int, _ free: [Int64], _ used: [Int64]
    ) -> [Segment]? {
        let each = (wanted + Int64(stripes) - 1) / Int64(stripes)
        let chosen = free.indices.sorted { free[$0] == free[$1] ? $0 < $1 : free[$0] > free[$1] }
            .prefix(stripes)
        guard chosen.count == stripes, chosen.allSatisfy({ free[$0] >= each }) else { return nil }
        return [
            Segment(
                firstExtent: 0, extents: each * Int64(stripes),
                stripes: chosen.map { .init(physicalVolume: $0, firstExtent: used[$0]) })
        ]
    }

    // MARK: Bytes

    /// The size of a logical volume by its number.
    package func size(of volume: Int) -> ByteCount {
        group.extentSize * segments[volume].reduce(0) { $0 + $1.extents }
    }

    /// The pieces of the disk that a logical volume consists of, in its order; one where it lies in one piece.
    package func pieces(of volume: Int) -> [ByteRange] {
        segments[volume].flatMap { pieces($0, unit: group.logicalVolumes[volume].stripeSize) }
    }

    private func pieces(_ segment: Segment, unit: ByteCount) -> [ByteRange] {
        let starts = segment.stripes.map { stripe in
            partitions[stripe.physicalVolume].offset + PhysicalVolume.reserved
                + group.extentSize * stripe.firstExtent
        }
        let length = group.extentSize * segment.extents
        guard starts.count > 1 else { return [ByteRange(offset: starts[0], length: length)] }
        return (0..<(length.bytes / unit.bytes)).map { index in
            let (turn, stripe) = index.quotientAndRemainder(dividingBy: Int64(starts.count))
            return ByteRange(offset: starts[Int(stripe)] + unit * turn, length: unit)
        }
    }
}

extension Disk {
    /// The least that a partition must have for its file system, or for its part of a volume group; else nothing.
    ///
    /// Partitions of a fixed size come first in a group; the others share what is left to hold. `needs` are by the name of
    /// the file system.
    ///
    /// - Returns: Nothing where the partition holds none of both, or where its own size is fixed in a group.
    /// - Throws: `DiskGeometry.Fault` for a logical volume whose own size is too small.
    package func leastSize(
        of partition: Partition, holding needs: [String: ByteCount]
    ) throws(DiskGeometry.Fault) -> ByteCount {
        if let volume = partition.volume { return needs[volume.name] ?? .zero }
        guard let group = group(of: partition.name) else { return .zero }
        if case .absolute = partition.size { return .zero }
        var extents = try group.leastExtents(holding: needs)
        var growing: Int64 = 0
        for member in group.physicalVolumes {
            let size = partitions.first { $0.name == member.partition }?.size
            if case .absolute(let size) = size {
                extents -= VolumeGroupGeometry.extents(in: size, of: group)
            } else {
                growing += 1
            }
        }
        let share = max(1, (extents + growing - 1) / max(1, growing))
        return PhysicalVolume.reserved + group.extentSize * share
    }

    /// The logical volumes of a group, each with its number, where all is known of where they lie.
    package func placed(
        _ group: VolumeGroup, in geometry: DiskGeometry
    ) throws(DiskGeometry.Fault) -> VolumeGroupGeometry {
        var places: [ByteRange] = []
        for member in group.physicalVolumes {
            guard let index = partitions.firstIndex(where: { $0.name == member.partition }) else {
                throw .init(name: member.name, problem: "has no partition")
            }
            places.append(geometry.ranges[index])
        }
        return try VolumeGroupGeometry(group, partitions: places)
    }
}

extension VolumeGroup {
    /// The extents that a volume asks for of a group with `total`, of which `free` are left.
    fileprivate func extents(of volume: LogicalVolume, total: Int64, free: Int64) -> Int64 {
        switch volume.size {
        case .absolute(let size): size.bytes / extentSize.bytes
        case .extents(let count): count
        case .shareOfGroup(let share): Int64(Double(total) * share / 100)
        case .shareOfRest(let share): Int64(Double(free) * share / 100)
        }
    }

    /// The least number of extents with which each volume has room for what it is to hold.
    ///
    /// - Parameter needs: By the name of the file system.
    /// - Returns: Of all physical volumes together.
    /// - Throws: `DiskGeometry.Fault` when no number will do: then a volume's own size is too small.
    package func leastExtents(
        holding needs: [String: ByteCount]
    ) throws(DiskGeometry.Fault) -> Int64 {
        var low: Int64 = 0
        var high: Int64 = 1
        while let fault = fault(high, needs) {
            guard high < 1 << 40 else { throw fault }
            low = high
            high *= 2
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if fault(middle, needs) == nil { high = middle } else { low = middle }
        }
        return high
    }

    /// What a group of so many extents is too small for; where they lie does not matter.
    private func fault(_ total: Int64, _ needs: [String: ByteCount]) -> DiskGeometry.Fault? {
        var free = total
        for volume in logicalVolumes {
            let extents = extents(of: volume, total: total, free: free)
            let need = volume.volume.flatMap { needs[$0.name] } ?? .zero
            guard extents > 0, extents <= free, extentSize * extents >= need else {
                return .init(
                    name: volume.name, problem: "has \(extentSize * extents), but needs \(need)")
            }
            free -= extents
        }
        return nil
    }
}
