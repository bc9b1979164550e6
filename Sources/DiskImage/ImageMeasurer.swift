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
        _ = try check(placed.volume, placed.place, need)
    }

    private func usage(of volume: Volume) throws -> TreeUsage {
        guard let point = volume.mountPoint else { return TreeUsage() }
        var limits = VolumeLimits(volume)
        return try TreeUsage.measure(
            parts.folder(of: point), excluded: Set(parts.inner(of: point)),
            latestTime: options.time, isPlain: volume.type == .vfat,
            clusterBlocks: clusterBlocks(of: volume), interrupt: options.limits.interrupt
        ) { try limits.check($0) }
    }

    private func clusterBlocks(of volume: Volume) -> Int64 {
        volume.mountPoint == "/" ? layout.growth?.clusterBlocks ?? 1 : 1
    }

    private func wishes(for volume: Volume) -> FileSystemSize.Wishes {
        var wishes = FileSystemSize.Wishes(freePercent: layout.freePercent)
        wishes.type = volume.type
        if volume.mountPoint != nil { wishes.extraSize = options.headroom }
        if volume.mountPoint == "/" {
            wishes.extraSize = wishes.extraSize + (layout.extraSize ?? .zero)
            wishes.journalSize = options.journalSize
            wishes.growth = layout.growth
            wishes.onlineBlocks = options.maxOnlineResize
        }
        return wishes
    }

    private func place(
        _ disk: Disk, _ needs: [String: VolumeNeed]
    ) throws -> ImageMeasure.PlacedDisk {
        do {
            let wanted = try wanted(on: disk, needs)
            let fitted = try DiskGeometry.fitting(disk, wanted)
            let size = try disk.size ?? smallestSize(of: fitted, wanted)
            try checkLargest(size, of: disk)
            let geometry = try DiskGeometry(fitted, size: size)
            return ImageMeasure.PlacedDisk(
                disk: disk, geometry: geometry,
                volumes: try disk.placed(in: geometry).map { volume, place in
                    try check(volume, place, needs[volume.name])
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

    /// What each volume is to have: those of a fixed size get by without free space; the others have their share of it.
    private func wanted(
        on disk: Disk, _ needs: [String: VolumeNeed]
    ) throws -> [String: ByteCount] {
        let fixed = Set(disk.fixedVolumes)
        return try needs.mapValues { need in
            need.volume.headerSize
                + (try fixed.contains(need.volume.name) ? need.least : need.comfortable())
        }
    }

    private func smallestSize(of disk: Disk, _ wanted: [String: ByteCount]) throws -> ByteCount {
        switch disk.content {
        case .volume(let volume): return wanted[volume.name] ?? .zero
        case .table(let table):
            let sizes = try table.partitions.map {
                try disk.leastSize(of: $0, holding: wanted)
            }
            return try DiskGeometry.smallestSize(of: disk, holding: sizes)
        }
    }

    private func check(
        _ volume: Volume, _ place: VolumePlace, _ need: VolumeNeed?
    ) throws -> ImageMeasure.PlacedVolume {
        let range = place.range
        guard let need else { return .init(volume: volume, place: place, usage: TreeUsage()) }
        var placed = ImageMeasure.PlacedVolume(volume: volume, place: place, usage: need.usage)
        if volume.mountPoint == "/", let growth = layout.growth, need.least > growth.size {
            throw BuildError(
                .refused,
                "the root file system needs at least \(need.least.inWholeMebibytes), more than --max-size"
                    + " \(growth.size.exactText)", hint: "Raise it, or leave it out.")
        }
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
    fileprivate func placed(
        in geometry: DiskGeometry
    ) throws(DiskGeometry.Fault) -> [(Volume, VolumePlace)] {
        var places: [(Volume, VolumePlace)] = []
        switch content {
        case .volume(let volume):
            places.append((volume, VolumePlace([geometry.ranges[0]], of: volume)))
        case .table(let table):
            for (partition, range) in zip(table.partitions, geometry.ranges) {
                guard let volume = partition.volume else { continue }
                places.append((volume, VolumePlace([range], of: volume)))
            }
        }
        for group in groups {
            let placed = try placed(group, in: geometry)
            for (index, logical) in group.logicalVolumes.enumerated() {
                guard let volume = logical.volume else { continue }
                places.append((volume, VolumePlace(placed.pieces(of: index), of: volume)))
            }
        }
        return places
    }

    /// The names of the volumes whose size the layout says.
    fileprivate var fixedVolumes: [String] {
        let inPartitions = partitions.filter {
            if case .absolute = $0.size { true } else { false }
        }.compactMap(\.volume)
        let inGroups = groups.flatMap(\.logicalVolumes).filter {
            switch $0.size {
            case .absolute, .extents: true
            case .shareOfGroup, .shareOfRest: false
            }
        }.compactMap(\.volume)
        return (inPartitions + inGroups).map(\.name)
    }
}
