// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Glibc
internal import Planning
package import SystemPackage

/// An output under its final name.
package struct PublishedOutput: Equatable, Sendable {
    package var format: String
    package var path: FilePath
    /// The file's length.
    package var size: ByteCount
    /// The space that it takes.
    package var allocated: ByteCount
    package var sha256: String?
    /// The name that an older output of the same name has now.
    package var keptAs: FilePath?

    init(_ file: OutputFile, digests: [Digest], keptAs: FilePath?) throws {
        var status = stat()
        guard fstat(file.descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        format = file.format
        path = file.path
        size = ByteCount(Int64(status.st_size))
        allocated = ByteCount(Int64(status.st_blocks) * 512)
        sha256 = digests.first { $0.path == file.path && $0.algorithm == .sha256 }?.value
        self.keptAs = keptAs
    }
}
