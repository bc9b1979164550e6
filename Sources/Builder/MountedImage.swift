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
        mount = try VolumeMount.make(
            root.volume.type, on: loop.path, over: folder, name: "the image")
        self.loop = loop
        self.folder = folder
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
