// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
package import SystemPackage

/// A mount of this process's own, undone at the end of its life at the latest.
///
/// It is made without a place, then attached over the folder behind a descriptor (fsmount(2),
/// move_mount(2)): no path is looked up that a target tree could redirect meanwhile.
package struct Mount: ~Copyable {
    package struct Attributes: OptionSet, Sendable {
        package let rawValue: UInt64
        package init(rawValue: UInt64) { self.rawValue = rawValue }

        // The values of linux/mount.h, which Swift cannot import beside sys/mount.h.
        package static let readOnly = Self(rawValue: 1)
        package static let noSetuid = Self(rawValue: 2)
        package static let noDevices = Self(rawValue: 4)
        package static let noPrograms = Self(rawValue: 8)
    }

    /// The folder on top of the mount.
    package let root: FileDescriptor

    /// A new file system of `type`, mounted nowhere yet; options are "name=value" or "name".
    package static func fileSystem(
        _ type: String, source: String? = nil, options: [String] = [], attributes: Attributes = []
    ) throws(Errno) -> Mount {
        let texts = options.map { strdup($0) }
        defer { texts.forEach { free($0) } }
        let pointers = texts.map { UnsafePointer($0) }
        return try Mount(
            number: clinux_mount_make(
                type, source ?? type, pointers, pointers.count, attributes.rawValue))
    }

    /// What is mounted at `folder` once more, mounted nowhere yet; a bind mount.
    package static func copy(
        of folder: FileDescriptor, recursively: Bool = false, attributes: Attributes = []
    ) throws(Errno) -> Mount {
        try Mount(
            number: clinux_mount_copy(folder.rawValue, recursively ? 1 : 0, attributes.rawValue))
    }

    private init(number: Int32) throws(Errno) {
        guard number >= 0 else { throw Errno(rawValue: -number) }
        root = FileDescriptor(rawValue: number)
    }

    /// Mounts it over the folder, or file, behind `target`.
    package func attach(to target: FileDescriptor) throws(Errno) {
        let result = clinux_mount_attach(root.rawValue, target.rawValue)
        guard result == 0 else { throw Errno(rawValue: -result) }
    }

    /// Undoes the mount; what is still open keeps the file system alive until it is closed.
    package consuming func detach() throws(Errno) {
        let result = clinux_mount_detach(root.rawValue)
        close(root.rawValue)
        discard self
        guard result == 0 else { throw Errno(rawValue: -result) }
    }

    /// Undoes the mount and leaves a file system that nothing uses: all of it is written.
    ///
    /// - Throws: `Errno.resourceBusy` while something uses it; the mount then stays.
    package consuming func unmount() throws(Errno) {
        let result = clinux_unmount(root.rawValue)
        discard self
        guard result == 0 else { throw Errno(rawValue: -result) }
    }

    /// Ends this ownership: the mount goes away with the one that it lies on, or with the
    /// namespace.
    package consuming func leaveInPlace() {
        close(root.rawValue)
        discard self
    }

    deinit {
        // EINVAL says that it was never attached.
        _ = clinux_mount_detach(root.rawValue)
        close(root.rawValue)
    }
}
