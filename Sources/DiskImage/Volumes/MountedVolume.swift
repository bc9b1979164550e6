// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import Planning
package import SystemPackage

/// A file system of an image that the kernel has mounted from its loop device.
package struct MountedVolume: ~Copyable {
    private let mount: Mount
    private let folder: FilePath

    /// Mounts the file system on `device` over `folder`.
    ///
    /// - Throws: `BuildError` with the system's own text.
    package init(_ volume: Volume, on device: FilePath, over folder: FilePath) throws {
        mount = try Self.mount(volume, on: device, over: folder)
        self.folder = folder
    }

    private static func mount(
        _ volume: Volume, on device: FilePath, over folder: FilePath
    ) throws -> Mount {
        do {
            // Another build may have the same tree mounted, and so an XFS of the same identity.
            let mount = try Mount.fileSystem(
                volume.type.rawValue, source: device.string,
                options: volume.type == .xfs ? ["nouuid"] : [])
            let target = OwnedDescriptor(
                try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec]))
            try mount.attach(to: target.descriptor)
            return mount
        } catch let error as Errno {
            throw BuildError(
                .buildFailed,
                "cannot mount the \(volume.type.rawValue) of '\(volume.name)' on '\(folder)'",
                hint: "Check that the kernel knows this file system.", cause: error.description)
        }
    }

    /// Writes what the kernel still holds to the device.
    package func sync() throws {
        try Command("sync", ["--file-system", folder.string]).checkedOutput()
    }

    /// Gives unused blocks back to the image file.
    package func trim() throws {
        // Blocks are free only when the journal has the deletion, and FITRIM passes others over.
        try sync()
        try Command("fstrim", [folder.string]).checkedOutput()
    }

    /// Ends the mount; all of it is written to the image then.
    package consuming func unmount() throws {
        let folder = self.folder
        do {
            try mount.unmount()
        } catch {
            throw BuildError(
                .buildFailed, "cannot unmount the image from '\(folder)'",
                hint: "Find what a hook left open or mounted there.", cause: error.description)
        }
    }
}
