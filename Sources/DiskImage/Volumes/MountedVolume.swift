// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import Planning
package import SystemPackage

/// What lies at a mount point of an image while it is mounted: a file system of its own, or the folder that a vfat is
/// filled from in the end.
package struct MountedVolume: ~Copyable {
    private let mount: Mount
    private let folder: FilePath
    private let canTrim: Bool

    /// Mounts the file system on `device` over `folder`.
    ///
    /// Ids derive from a build's inputs, so another build of the same image may have the same file system mounted at this
    /// moment. XFS refuses an id that is mounted anywhere on the machine unless it is told not to look (xfs(5), nouuid).
    /// - Throws: `BuildError` with the system's own text.
    package init(_ volume: Volume, on device: FilePath, over folder: FilePath) throws {
        mount = try Self.mount(volume, over: folder) { () throws(Errno) in
            try .fileSystem(
                volume.type.rawValue, source: device.string,
                options: volume.type == .xfs ? ["nouuid"] : [])
        }
        self.folder = folder
        canTrim = true
    }

    /// Shows `files`, what the volume will hold, over `folder`.
    package init(_ volume: Volume, staging files: FileDescriptor, over folder: FilePath) throws {
        mount = try Self.mount(volume, over: folder) { () throws(Errno) in try .copy(of: files) }
        self.folder = folder
        canTrim = false
    }

    private static func mount(
        _ volume: Volume, over folder: FilePath, _ make: () throws(Errno) -> Mount
    ) throws -> Mount {
        do {
            let mount = try make()
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

    /// Gives unused blocks back to the image file, where the file system is its own.
    package func trim() throws {
        guard canTrim else { return }
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
