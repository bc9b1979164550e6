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

    /// All bytes from the offset to the end of a small file.
    package func readToEnd() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try read(into: $0) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
