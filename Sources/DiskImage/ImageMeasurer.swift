// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning

/// From a tree and a layout to sizes and places: counts each part of the tree and computes what it needs.
struct ImageMeasurer {
    let layout: DiskLayout
    let parts: TreeParts
    let options: ImageWriter.Options

    func measure() throws -> ImageMeasure {
        try parts.prepare()
        var needs: [String: VolumeNeed] = [:]
        var digest: ContentDigest?
        for volume in layout.mountedFirst {
            let usage = try usage(of: volume)
            if volume.mountPoint != nil {
                // One part alone has its own digest.
                if digest == nil { digest = usage.digest } else { digest?.add(usage.digest) }
            }
            needs[volume.name] = VolumeNeed(
                volume: volume, usage: usage, wishes: wishes(for: volume),
                blockSize: layout.blockSize(of: volume))
        }
        return ImageMeasure(
            disks: try layout.disks.map { try place($0, needs) },
            digest: digest ?? ContentDigest())
    }

    /// Measures once more what a volume is to hold, and checks that its place has room for it.
    func checkAgain(_ placed: ImageMeasure.PlacedVolume) throws {
        let usage = try usage(of: placed.volume)
        let need = VolumeNeed(
            volume: placed.volume, usage: usage, wishes: wishes(for: placed.volume),
            blockSize: layout.blockSize(of: placed.volume))
        _ = try check(placed.volume, placed.range, need)
    }

    private func usage(of volume: Volume) throws -> TreeUsage {
        guard let point = volume.mountPoint else { return TreeUsage() }
        var limits = VolumeLimits(volume)
        return try TreeUsage.measure(
            parts.folder(of: point), excluded: Set(parts.inner(of: point)),
            latestTime: options.time, isPlain: volume.type == .vfat,
            interrupt: options.limits.interrupt
        ) { try limits.check($0) }
    }

    private func wishes(for volume: Volume) -> FileSystemSize.Wishes {
        var wishes = FileSystemSize.Wishes(freePercent: layout.freePercent)
        wishes.type = volume.type
        if volume.mountPoint != nil { wishes.extraSize = options.headroom }
        if volume.mountPoint == "/" {
            wishes.extraSize = wishes.extraSize + (layout.extraSize ?? .zero)
            wishes.journalSize = options.journalSize
        }
        return wishes
    }

    private func place(
        _ disk: Disk, _ needs: [String: VolumeNeed]
    ) throws -> ImageMeasure.PlacedDisk {
        do {
            let fitted = DiskGeometry.fitting(disk, try needs.mapValues { try $0.comfortable() })
            let size = try disk.size ?? smallestSize(of: fitted, needs)
            try checkLargest(size, of: disk)
            let geometry = try DiskGeometry(fitted, size: size)
            return ImageMeasure.PlacedDisk(
                disk: disk, geometry: geometry,
                volumes: try disk.placed(in: geometry).map { volume, range in
                    try check(volume, range, needs[volume.name])
                })
        } catch let fault as DiskGeometry.Fault {
            throw BuildError(
                .refused, "'\(fault.name)' of disk '\(disk.name)' \(fault.problem)",
                hint: "Make it larger in the disk's layout, or give it a share of the disk.")
        }
    }

    private func checkLargest(_ size: ByteCount, of disk: Disk) throws {
        guard let largest = disk.largestSize, size > largest else { return }
        throw BuildError(
            .refused,
            "disk '\(disk.name)' needs \(size.inWholeMebibytes), and \(layout.title) allows"
                + " \(largest.inWholeMebibytes)",
            hint:
                "Leave something out of the image, or allow more: with the disk's max_size, or with"
                + " the parameter of the element that set it.")
    }

    /// Volumes of a fixed size get by without free space; the others have their share of it.
    private func smallestSize(
        of disk: Disk, _ needs: [String: VolumeNeed]
    ) throws -> ByteCount {
        func least(_ volume: Volume?, isFixed: Bool) throws -> ByteCount {
            guard let volume, let need = needs[volume.name] else { return .zero }
            return try isFixed ? need.least : need.comfortable()
        }
        switch disk.content {
        case .volume(let volume): return try least(volume, isFixed: false)
        case .table(let table):
            let sizes = try table.partitions.map { partition in
                if case .absolute = partition.size {
                    return try least(partition.volume, isFixed: true)
                }
                return try least(partition.volume, isFixed: false)
            }
            return try DiskGeometry.smallestSize(of: disk, holding: sizes)
        }
    }

    private func check(
        _ volume: Volume, _ range: ByteRange, _ need: VolumeNeed?
    ) throws -> ImageMeasure.PlacedVolume {
        guard let need else { return .init(volume: volume, range: range, usage: TreeUsage()) }
        var placed = ImageMeasure.PlacedVolume(volume: volume, range: range, usage: need.usage)
        if layout.isConfigured || !volume.type.isExtended {
            let least = need.least
            guard range.length >= least else {
                throw BuildError(
                    .refused,
                    "file system '\(volume.name)' is too small: it has \(range.length), and its files"
                        + " need at least \(least.inWholeMebibytes)",
                    hint: "Make its partition or its disk larger.")
            }
        }
        if volume.type.isExtended {
            var wishes = need.wishes
            wishes.size = range.length
            placed.fileSystem = try FileSystemSize(for: need.usage, wishes: wishes)
        }
        return placed
    }
}

extension DiskLayout {
    /// All volumes, the mounted ones first and in the order of mounting.
    fileprivate var mountedFirst: [Volume] {
        let mounted = mounts.map(\.volume)
        return mounted + volumes.filter { volume in !mounted.contains(volume) }
    }

    /// Of the disk that the volume lies on, in bytes.
    fileprivate func blockSize(of volume: Volume) -> Int64 {
        disks.first { $0.volumes.contains(volume) }?.blockSize ?? 512
    }
}

extension Disk {
    /// The volumes with their places on a disk of that geometry.
    fileprivate func placed(in geometry: DiskGeometry) -> [(Volume, ByteRange)] {
        switch content {
        case .volume(let volume): zip([volume], geometry.ranges).map { ($0, $1) }
        case .table(let table):
            zip(table.partitions, geometry.ranges).compactMap { partition, range in
                partition.volume.map { ($0, range) }
            }
        }
    }
}
