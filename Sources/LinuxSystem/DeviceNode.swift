// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
package import SystemPackage

/// Nodes of devices in the /dev of a target tree.
package enum DeviceNode {
    /// Makes a node of the same device, name and mode 0600 in `folder`.
    ///
    /// - Throws: `BuildError` when `device` is no device or the node cannot be made.
    package static func copy(_ device: FilePath, into folder: FileDescriptor) throws {
        let name = device.lastComponent?.string ?? ""
        var status = Glibc.stat()
        var result = lstat(device.string, &status)
        if result == 0 {
            result = mknodat(
                folder.rawValue, name, status.st_mode & S_IFMT | 0o600, status.st_rdev)
        }
        guard result == 0 || errno == EEXIST else {
            throw BuildError(
                .buildFailed, "cannot make the device node '\(name)' in the chroot",
                cause: Errno(rawValue: errno).description)
        }
    }

    /// Makes a link such as "mapper/loop3p1" to a node that `copy` has made in `folder`.
    ///
    /// - Throws: `BuildError` when it cannot be made.
    package static func link(
        _ name: String, to device: FilePath, in folder: FileDescriptor
    ) throws {
        let parent = name.split(separator: "/").dropLast().joined(separator: "/")
        let target = "../\(device.lastComponent?.string ?? "")"
        guard mkdirat(folder.rawValue, parent, 0o755) == 0 || errno == EEXIST,
            symlinkat(target, folder.rawValue, name) == 0 || errno == EEXIST
        else {
            throw BuildError(
                .buildFailed, "cannot make the link '\(name)' in the chroot's /dev",
                cause: Errno(rawValue: errno).description)
        }
    }
}
