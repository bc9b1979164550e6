// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import FoundationEssentials
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// Makes one volume at its place in an image and fills it with its part of the tree.
struct VolumeWriter {
    let image: FilePath
    let blockSize: Int64
    let placed: ImageMeasure.PlacedVolume
    let digest: ContentDigest
    let options: ImageWriter.Options

    private var volume: Volume { placed.volume }

    /// The identity: the configured one, else one that follows from the tree and the volume's name.
    ///
    /// No two btrfs of one identity can be mounted at once, and two builds of one tree may run side by side; its bytes
    /// differ from build to build anyway.
    private var uuid: String {
        guard volume.type != .btrfs else {
            return volume.uuid ?? UUID().uuidString.lowercased()
        }
        let isRoot = volume.name == Volume.rootName
        return volume.uuid
            ?? digest.uuid(for: isRoot ? volume.type.rawValue : "volume \(volume.name)")
    }

    /// The words for mkfs: those of the layout; for the root file system those of the request where it has none.
    private var words: [String] {
        volume.options.isEmpty && volume.mountPoint == "/"
            ? options.mkfsArguments : volume.options
    }

    /// Writes the volume; `tree` is nil for one that holds nothing.
    ///
    /// - Throws: `BuildError` that says so where the folder of the image is full.
    func write(_ tree: FilePath?, to file: FileDescriptor, scratch: FilePath) throws {
        do {
            try fill(tree, file, scratch)
        } catch {
            throw FullFolder.explain(
                error, during: "cannot write the \(volume.type.rawValue) of '\(volume.name)'",
                in: image.removingLastComponent())
        }
    }

    private func fill(_ tree: FilePath?, _ file: FileDescriptor, _ scratch: FilePath) throws {
        var volume = volume
        volume.options = words
        switch volume.type {
        case .ext2, .ext3, .ext4: try writeExt(tree, scratch: scratch)
        case .swap:
            try SwapWriter.write(to: file, range: placed.range, label: volume.label, uuid: uuid)
        case .vfat:
            let identifier =
                volume.uuid.flatMap { UInt32($0.prefix(8), radix: 16) }
                ?? digest.identifier(for: "volume \(volume.name)")
            try FatWriter(
                volume: volume, range: placed.range, blockSize: blockSize,
                identifier: identifier, time: options.time, limits: options.limits
            ).write(to: file, tree: tree, scratch: scratch)
        case .xfs, .btrfs:
            try MountedVolumeWriter(
                image: image, volume: volume, range: placed.range, blockSize: blockSize,
                uuid: uuid, limits: options.limits
            ).write(to: file, tree: tree, scratch: scratch)
        }
    }

    private func writeExt(_ tree: FilePath?, scratch: FilePath) throws {
        guard let size = placed.fileSystem else { return }
        var settings = ExtWriter.Options(label: volume.label, time: options.time)
        settings.type = volume.type
        settings.uuid = uuid
        settings.extraArguments = words
        let writer = ExtWriter(
            image: image, offset: placed.range.offset, size: size, digest: digest,
            options: settings, limits: options.limits)
        try writer.write(tree: tree, scratch: scratch)
    }
}
