// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage

/// The disks of an image as block devices, and its file systems mounted over the target tree, for hooks that need the
/// final ones.
///
/// Each partition is a loop device of its own, whatever the kernel knows of partition tables. A vfat, for which it may
/// have no driver, shows its part of the tree from below the mounts, and is filled from there when they are gone.
final class MountedImage {
    /// A disk, a partition, a logical volume or what a LUKS volume holds.
    struct Device {
        /// In the layout.
        var name: String
        var path: FilePath
        /// What device-mapper would call it, such as "loop3p1" or "group-volume"; nil for a disk.
        var mapperName: String?
    }

    private final class Loop {
        var device: LoopDevice?
        init(_ device: consuming LoopDevice) { self.device = consume device }
    }

    private final class Mounted {
        let point: String
        var volume: MountedVolume?

        init(_ point: String, _ volume: consuming MountedVolume) {
            self.point = point
            self.volume = consume volume
        }
    }

    /// Tells whether a disk's image stays whole meanwhile.
    private final class Watch {
        let file: OwnedDescriptor
        let mark: TruncationMark

        init(_ image: FilePath) throws {
            file = OwnedDescriptor(
                try FileDescriptor.open(image, .readWrite, options: [.closeOnExec]))
            mark = try TruncationMark(behind: file.descriptor, image)
        }
    }

    private let tree: FilePath
    private var watches: [Watch] = []
    private var loops: [Loop] = []
    /// In the order of mounting.
    private var mounted: [Mounted] = []
    /// Disks, each with its partitions and its logical volumes behind it.
    private(set) var devices: [Device] = []

    /// Attaches all disks that `writer` has written, and mounts what is to be mounted over `tree`.
    init(_ measure: ImageMeasure, over tree: FilePath, _ writer: ImageWriter) throws {
        self.tree = tree
        var paths: [String: FilePath] = [:]
        for disk in measure.disks {
            try attach(disk, writer, &paths)
        }
        watches = try measure.disks.map { try Watch(writer.image(of: $0.disk.name)) }
        let placed = measure.disks.flatMap(\.volumes).map(\.volume)
            .filter { $0.mountPoint != nil }
            .sorted { ($0.mountPoint ?? "") < ($1.mountPoint ?? "") }
        let staged = try placed.map { try $0.isStaged ? folder(of: $0) : nil }
        defer { for files in staged { try? files?.close() } }
        for (volume, files) in zip(placed, staged) {
            try mount(volume, files, on: paths[volume.name] ?? "")
        }
    }

    /// The absolute paths of mount points below "/".
    var innerPoints: [String] { mounted.map(\.point).filter { $0 != "/" } }

    // MARK: Attaching

    /// Attaches a disk and its partitions; `paths` gets the devices of volumes by their names.
    private func attach(
        _ disk: ImageMeasure.PlacedDisk, _ writer: ImageWriter,
        _ paths: inout [String: FilePath]
    ) throws {
        let image = writer.image(of: disk.disk.name)
        let blockSize = disk.disk.blockSize
        let whole = try add(disk.disk.name, LoopDevice(image: image, blockSize: blockSize))
        guard let table = disk.disk.table else {
            for volume in disk.disk.volumes { paths[volume.name] = whole }
            try attachInner(disk, writer, &paths)
            return
        }
        for (index, range) in disk.geometry.ranges.enumerated() {
            let partition = table.partitions[index]
            let loop = try LoopDevice(
                image: image, offset: range.offset, length: range.length, blockSize: blockSize)
            let name = "\(whole.lastComponent?.string ?? "")p\(table.number(of: index))"
            let path = try add(partition.name, loop, mapperName: name)
            if let volume = partition.volume { paths[volume.name] = path }
        }
        try attachInner(disk, writer, &paths)
    }

    /// Attaches logical volumes, and what LUKS volumes hold: to hooks they are what device-mapper would show.
    private func attachInner(
        _ disk: ImageMeasure.PlacedDisk, _ writer: ImageWriter,
        _ paths: inout [String: FilePath]
    ) throws {
        var names: [String: (own: String, mapper: String)] = [:]
        for group in disk.disk.groups {
            for logical in group.logicalVolumes {
                guard let volume = logical.volume else { continue }
                names[volume.name] = (logical.name, group.mapperName(of: logical))
            }
        }
        for volume in disk.disk.volumes {
            guard let name = volume.encryption?.name else { continue }
            names[volume.name] = (name, name)
        }
        for placed in disk.volumes {
            guard let name = names[placed.volume.name] else { continue }
            let loop = try LoopDevice(
                image: writer.file(of: placed, on: disk), offset: placed.range.offset,
                length: placed.range.length, blockSize: disk.disk.blockSize)
            paths[placed.volume.name] = try add(name.own, loop, mapperName: name.mapper)
        }
    }

    private func add(
        _ name: String, _ loop: consuming LoopDevice, mapperName: String? = nil
    ) throws -> FilePath {
        let path = loop.path
        loops.append(Loop(loop))
        devices.append(Device(name: name, path: path, mapperName: mapperName))
        return path
    }

    // MARK: Mounting

    private func path(_ point: String) -> FilePath {
        point == "/" ? tree : tree.appending(String(point.dropFirst()))
    }

    private func folder(of volume: Volume) throws -> FileDescriptor {
        try FileDescriptor.open(
            path(volume.mountPoint ?? ""), .readOnly, options: [.directory, .closeOnExec])
    }

    private func mount(_ volume: Volume, _ files: FileDescriptor?, on device: FilePath) throws {
        guard let point = volume.mountPoint else { return }
        if let files {
            mounted.append(
                Mounted(point, try MountedVolume(volume, staging: files, over: path(point))))
        } else {
            mounted.append(Mounted(point, try MountedVolume(volume, on: device, over: path(point))))
        }
    }

    // MARK: The end

    /// Gives unused blocks back to the images, unmounts everything and detaches all devices.
    ///
    /// What hooks wrote to devices reaches the images, too.
    /// - Throws: `BuildError` also when an image was cut short meanwhile, whatever else went wrong.
    func finish() throws {
        try checking {
            for mounted in mounted { try mounted.volume?.trim() }
            for mounted in mounted.reversed() { try mounted.volume.take()?.unmount() }
            for loop in loops { try loop.device?.flush() }
            for loop in loops { try loop.device.take()?.close() }
        }
        for watch in watches { try watch.mark.remove() }
        watches = []
    }

    /// Runs `body`, whose error is that of an image that was cut short if one was.
    func checking(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            for watch in watches { try watch.mark.check() }
            throw error
        }
    }
}
