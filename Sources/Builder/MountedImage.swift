// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage

/// The root file system of an image, mounted over the target tree for hooks that need the final file system.
struct MountedImage: ~Copyable {
    private let loop: LoopDevice
    private let mount: Mount
    private let folder: FilePath

    /// Attaches the file system's byte range to a loop device and mounts it over `folder`.
    init(image: FilePath, root: ImageMeasure.PlacedVolume, over folder: FilePath) throws {
        let loop = try LoopDevice(
            image: image, offset: root.range.offset, length: root.range.length)
        mount = try Self.mount(loop.path, type: root.volume.type.rawValue, over: folder)
        self.loop = loop
        self.folder = folder
    }

    private static func mount(
        _ device: FilePath, type: String, over folder: FilePath
    ) throws -> Mount {
        do {
            let mount = try Mount.fileSystem(type, source: device.string)
            let target = OwnedDescriptor(
                try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec]))
            try mount.attach(to: target.descriptor)
            return mount
        } catch let error as Errno {
            throw BuildError(
                .buildFailed, "cannot mount the image's \(type) on '\(folder)'",
                hint: "Check that the kernel knows this file system.", cause: error.description)
        }
    }

    /// The loop device of the file system.
    var device: FilePath { loop.path }

    /// Gives unused blocks back to the image file.
    func trim() throws {
        // Blocks are free only when the journal has the deletion, and FITRIM passes others over.
        try Command("sync", ["--file-system", folder.string]).checkedOutput()
        try Command("fstrim", [folder.string]).checkedOutput()
    }

    /// Ends the mount; all of it is written to the image then.
    consuming func unmount() throws {
        let loop = self.loop
        do {
            try mount.unmount()
        } catch {
            throw BuildError(
                .buildFailed, "cannot unmount the image from '\(folder)'",
                hint: "Find what a hook left open or mounted there.", cause: error.description)
        }
        try loop.close()
    }
}
