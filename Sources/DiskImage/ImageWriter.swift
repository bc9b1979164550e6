// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import LinuxSystem
package import Planning
package import SystemPackage

/// From a finished tree to a disk image: each method is one step of a build, in this order.
///
///     let report = try OutputSet.withOutputs(plan.outputs, options: outputOptions) { outputs in
///         let writer = ImageWriter(layout: plan.layout, tree: tree, scratch: folder, outputs: outputs, options: ...)
///         let measure = try writer.measure()                HostStep.measureTree
///         try writer.writeFileSystem(measure)                HostStep.writeFileSystem
///         try writer.gatherVolumes(measure)                  the same step
///         try writer.writePartitionTable(measure)            HostStep.writePartitionTable
///         if let loader = try writer.readBootLoader() { try writer.write(loader, measure) }    the same step
///         FormatWriter(...).write(format) for each format    PlannedStep.output; side by side
///         let digests = try outputs.files.flatMap { try outputs.computeDigests(of: $0) }
///         try outputs.sync()                                 HostStep.sync
///         return try outputs.publish(digests: digests)       HostStep.publish
///     }
///
/// The raw image is the raw output's temporary file when there is one, so there is nothing to copy in the end; else it
/// lies in `scratch`. `measure` comes first, also before archives are written: it sets back the tree's times.
package struct ImageWriter: Sendable {
    package typealias Measure = ImageMeasure

    package struct Options: Sendable {
        /// Seconds since 1970: what the file system says about the time of making, and the latest time of a file.
        package var time: Int64
        package var journalSize: ByteCount?
        package var mkfsArguments: [String] = []
        package var maxOnlineResize: Int64?
        package var limits = Command.Limits()
        /// Free space that each mounted file system of computed size gets beside its share.
        package var headroom = ByteCount.zero
        /// What opens the layout's LUKS volumes.
        package var keys: [EncryptionKey] = []

        package init(time: Int64) { self.time = time }

        /// What a request says about the image.
        package init(request: BuildRequest, time: Int64, limits: Command.Limits = .init()) {
            self.time = time
            self.limits = limits
            journalSize = request.mkfsJournalSize
            mkfsArguments = request.mkfsOptions.flatMap {
                $0.split(separator: " ").map(String.init)
            }
            maxOnlineResize = request.maxOnlineResize
            keys = request.encryptionKeys
        }
    }

    private let layout: DiskLayout
    private let tree: FilePath
    private let scratch: FilePath
    private let outputs: OutputSet
    private let options: Options

    /// A writer whose raw image and small files lie in `scratch`, a folder that the caller makes and removes.
    package init(
        layout: DiskLayout, tree: FilePath, scratch: FilePath, outputs: OutputSet, options: Options
    ) {
        self.layout = layout
        self.tree = tree
        self.scratch = scratch
        self.outputs = outputs
        self.options = options
    }

    /// Where the raw image of the first disk is written.
    package var image: FilePath {
        outputs[.raw]?.temporaryPath ?? scratch.appending("image.raw")
    }

    /// Where the raw image of a disk is written.
    package func image(of disk: String) -> FilePath {
        guard disk != layout.disks.first?.name else { return image }
        return outputs[.raw, disk: disk]?.temporaryPath ?? scratch.appending("disk-\(disk).raw")
    }

    private var parts: TreeParts {
        TreeParts(tree: tree, mountPoints: layout.volumes.compactMap(\.mountPoint))
    }

    /// Counts the tree, sets back times after `options.time`, and computes the sizes of disks and file systems.
    ///
    /// - Throws: `BuildError.Code.refused` when a size that the user named is too small.
    package func measure() throws -> Measure {
        try ImageMeasurer(layout: layout, parts: parts, options: options).measure()
    }

    /// mkfs: makes the sparse image files and their file systems, filled from the tree.
    ///
    /// Without those for which `isLater` is true: `writeLater` makes them of what the tree has then.
    package func writeFileSystem(
        _ measure: Measure, except isLater: (Volume) -> Bool = { _ in false }
    ) throws {
        try write(measure) { !isLater($0.volume) }
    }

    /// Makes the file systems that `writeFileSystem` left out, of what the tree holds now.
    ///
    /// - Throws: `BuildError` when that is more than their places have room for.
    package func writeLater(_ measure: Measure, _ isLater: (Volume) -> Bool) throws {
        let measurer = ImageMeasurer(layout: layout, parts: parts, options: options)
        for placed in measure.disks.flatMap(\.volumes) where isLater(placed.volume) {
            try measurer.checkAgain(placed)
        }
        try write(measure) { isLater($0.volume) }
    }

    private func write(
        _ measure: Measure, where isWanted: (ImageMeasure.PlacedVolume) -> Bool
    ) throws {
        for disk in measure.disks {
            let path = image(of: disk.disk.name)
            let file = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter {
                try file.resize(to: disk.geometry.size.bytes)
                for placed in disk.volumes where isWanted(placed) {
                    let writer = VolumeWriter(
                        image: self.file(of: placed, on: disk), blockSize: disk.disk.blockSize,
                        placed: placed, digest: measure.digest, options: options)
                    guard placed.place.isWhole else {
                        try withOwnFile(of: placed, on: disk) { try write(writer, placed, to: $0) }
                        continue
                    }
                    try write(writer, placed, to: file)
                }
            }
        }
    }

    private func write(
        _ writer: VolumeWriter, _ placed: Measure.PlacedVolume, to file: FileDescriptor
    ) throws {
        guard let point = placed.volume.mountPoint else {
            return try writer.write(nil, to: file, scratch: scratch)
        }
        try parts.with(point, scratch: scratch) {
            try writer.write($0, to: file, scratch: scratch)
        }
    }

    // MARK: Volumes with a file of their own

    /// The file that a volume is written to: that of its disk, or, where it lies there encrypted or in several pieces, one
    /// of its own.
    package func file(of placed: Measure.PlacedVolume, on disk: Measure.PlacedDisk) -> FilePath {
        guard !placed.place.isWhole,
            let number = disk.volumes.firstIndex(where: { $0.volume.name == placed.volume.name })
        else { return image(of: disk.disk.name) }
        return scratch.appending("volume-\(number)-\(disk.disk.name).raw")
    }

    private func withOwnFile(
        of placed: Measure.PlacedVolume, on disk: Measure.PlacedDisk,
        _ body: (FileDescriptor) throws -> Void
    ) throws {
        let file = try FileDescriptor.open(
            file(of: placed, on: disk), .readWrite, options: [.create, .closeOnExec],
            permissions: [.ownerReadWrite])
        try file.closeAfter {
            try file.resize(to: placed.place.length.bytes)
            try body(file)
        }
    }

    /// Copies volumes with a file of their own to their pieces of the disk; nothing else may be written to them then.
    ///
    /// `wereMounted` says whether hooks worked on them.
    package func gatherVolumes(_ measure: Measure, wereMounted: Bool = false) throws {
        for disk in measure.disks {
            let pieced = disk.volumes.filter { !$0.place.isWhole }
            guard !pieced.isEmpty else { continue }
            let image = try FileDescriptor.open(
                image(of: disk.disk.name), .readWrite, options: .closeOnExec)
            try image.closeAfter {
                for placed in pieced {
                    try withOwnFile(of: placed, on: disk) { file in
                        do {
                            try gather(file, placed, on: disk, to: image, measure, wereMounted)
                        } catch {
                            throw FullFolder.explain(
                                error,
                                during:
                                    "cannot copy '\(placed.volume.name)' to its place on the disk",
                                in: self.image(of: disk.disk.name).removingLastComponent())
                        }
                    }
                    try Command("rm", ["--", file(of: placed, on: disk).string]).checkedOutput()
                }
            }
        }
    }

    private func gather(
        _ file: FileDescriptor, _ placed: Measure.PlacedVolume, on disk: Measure.PlacedDisk,
        to image: FileDescriptor, _ measure: Measure, _ wereMounted: Bool
    ) throws {
        if let encryption = placed.volume.encryption {
            let writer = try luksWriter(
                placed, encryption, on: disk, measure, wereMounted: wereMounted)
            return try writer.write(file, to: image, scratch: scratch)
        }
        try VolumeGatherer(place: placed.place, interrupt: options.limits.interrupt).copy(
            try file.dataRanges(size: placed.place.length.bytes), of: file, to: image)
    }

    private func luksWriter(
        _ placed: Measure.PlacedVolume, _ encryption: Encryption, on disk: Measure.PlacedDisk,
        _ measure: Measure, wereMounted: Bool
    ) throws -> LUKSWriter {
        guard let key = options.keys.first(where: { $0.name == encryption.name }) else {
            throw BuildError(.buildFailed, "LUKS volume '\(encryption.name)' has no key")
        }
        return LUKSWriter(
            placed: placed, encryption: encryption, key: key, blockSize: disk.disk.blockSize,
            uuid: measure.digest.uuid(for: "luks \(encryption.name)"), copiesAll: wereMounted,
            limits: options.limits)
    }

    /// Writes the partition tables, and the labels of physical volumes; nothing in a plain file system.
    package func writePartitionTable(_ measure: Measure) throws {
        for disk in measure.disks {
            guard let table = table(disk, measure) else { continue }
            let file = try FileDescriptor.open(
                image(of: disk.disk.name), .readWrite, options: .closeOnExec)
            try file.closeAfter {
                try table.write(to: file)
                for group in disk.disk.groups {
                    try VolumeGroupWriter(
                        disk.disk.placed(group, in: disk.geometry), digest: measure.digest,
                        time: options.time
                    ).write(to: file)
                }
            }
        }
    }

    /// The boot loader that the tree brings; nil where the layout has none.
    package func readBootLoader() throws -> BootLoader? {
        guard layout.table != .none, layout.installsBootLoader else { return nil }
        return try BootLoader(tree: tree, element: layout.element)
    }

    /// Writes the boot loader around the partition table, which it keeps.
    package func write(_ bootLoader: BootLoader, _ measure: Measure) throws {
        guard let disk = measure.disks.first, let table = table(disk, measure),
            let place = table.bootLoaderPlace
        else { return }
        let file = try FileDescriptor.open(image, .readWrite, options: .closeOnExec)
        try file.closeAfter {
            try bootLoader.write(to: file, table: table.record, place: place)
        }
    }

    private func table(
        _ disk: ImageMeasure.PlacedDisk, _ measure: Measure
    ) -> PartitionTableWriter? {
        PartitionTableWriter(disk: disk.disk, geometry: disk.geometry, digest: measure.digest)
    }
}
