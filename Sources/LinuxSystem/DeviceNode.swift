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
}
