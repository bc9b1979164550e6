// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc
package import SystemPackage

extension FileDescriptor {
    /// Opens a file for reading below this folder, with the folder as "/": no link leads out of it.
    package func openBelow(_ path: String) throws(Errno) -> FileDescriptor {
        let number = clinux_open_in_root(rawValue, path, O_RDONLY, 0)
        guard number >= 0 else { throw Errno(rawValue: -number) }
        return FileDescriptor(rawValue: number)
    }
}
