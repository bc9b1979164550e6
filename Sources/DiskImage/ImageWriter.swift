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
                        image: path, blockSize: disk.disk.blockSize, placed: placed,
                        digest: measure.digest, options: options)
                    guard let point = placed.volume.mountPoint else {
                        try writer.write(nil, to: file, scratch: scratch)
                        continue
                    }
                    try parts.with(point, scratch: scratch) {
                        try writer.write($0, to: file, scratch: scratch)
                    }
                }
            }
        }
    }

    /// Writes the partition tables; nothing in a plain file system.
    package func writePartitionTable(_ measure: Measure) throws {
        for disk in measure.disks {
            guard let table = table(disk, measure) else { continue }
            let file = try FileDescriptor.open(
                image(of: disk.disk.name), .readWrite, options: .closeOnExec)
            try file.closeAfter { try table.write(to: file) }
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
