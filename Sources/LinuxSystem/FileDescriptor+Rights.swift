// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import SystemPackage

extension FileDescriptor {
    /// Opens a file with the rights of another user, if this process is root; flags and mode are those of open(2).
    ///
    /// What is opened for reading only must be a regular file. For a process with one thread: the user and the groups of the calling thread change for the
    /// moment.
    package static func open(
        _ path: String, as user: Command.Credentials, flags: Int32 = 0, mode: UInt32 = 0
    ) throws(Errno) -> FileDescriptor {
        let number = user.groups.withUnsafeBufferPointer {
            clinux_open_as(
                user.user, user.group, $0.baseAddress, $0.count, path, flags,
                mode)
        }
        guard number >= 0 else { throw Errno(rawValue: -number) }
        return FileDescriptor(rawValue: number)
    }

    /// Opens a file below this folder, which links and ".." cannot leave: openat2(2),
    /// RESOLVE_IN_ROOT.
    ///
    /// `path` is resolved as if this folder were "/"; flags and mode are those of open(2).
    package func openInside(
        _ path: String, flags: Int32, mode: UInt32
    ) throws(Errno) -> FileDescriptor {
        let number = clinux_open_in_root(rawValue, path, flags, mode & 0o7777)
        guard number >= 0 else { throw Errno(rawValue: -number) }
        return FileDescriptor(rawValue: number)
    }

    /// Makes this folder the root and the working folder of this process.
    package func becomeRootFolder() throws(Errno) {
        let result = clinux_enter_root(rawValue)
        guard result == 0 else { throw Errno(rawValue: -result) }
    }
}
