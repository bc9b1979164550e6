// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

extension FileDescriptor {
    /// The bytes from here to the end of the file, or the first `limit` of them.
    package func contents(limit: Int = .max) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit, 1 << 16))
        while bytes.count < limit {
            let count = try chunk.withUnsafeMutableBytes { try read(into: $0) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(min(count, limit - bytes.count)))
        }
        return bytes
    }

    /// The bytes of the file at `path`.
    package static func contents(of path: FilePath, limit: Int = .max) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter { try file.contents(limit: limit) }
    }
}
