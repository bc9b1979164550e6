// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// Small files of tests as text.
package enum TextFile {
    /// Writes a file, with the folders above it where they are missing.
    package static func write(
        _ text: String, to path: FilePath,
        permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws {
        try Command("mkdir", ["-p", "--", path.removingLastComponent().string]).checkedOutput()
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate], permissions: permissions)
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }

    /// Writes an executable script.
    package static func writeScript(_ text: String, to path: FilePath) throws {
        try write(
            text, to: path,
            permissions: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
    }

    /// The whole of a file.
    package static func read(_ path: FilePath) throws -> String {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            var bytes: [UInt8] = []
            while true {
                let block = try [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                    count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                if block.isEmpty { return String(decoding: bytes, as: UTF8.self) }
                bytes += block
            }
        }
    }
}
