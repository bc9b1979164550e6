// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import Planning
package import SystemPackage

/// The checksum of an output.
package struct Digest: Equatable, Sendable {
    package typealias Algorithm = BuildRequest.ChecksumAlgorithm

    package let algorithm: Algorithm
    /// The final name of the output.
    package let path: FilePath
    /// Hexadecimal, lower case.
    package let value: String

    /// Several checksums of one complete output, which is read once.
    static func compute(
        _ algorithms: [Algorithm], of file: OutputFile, limits: Command.Limits
    ) throws -> [Digest] {
        let digests = try algorithms.map(MessageDigest.init)
        try FilePieces(file.descriptor, interrupt: limits.interrupt).forEach { bytes in
            for digest in digests { try digest.update(bytes) }
        }
        return try zip(algorithms, digests).map {
            Digest(algorithm: $0, path: file.path, value: try $1.finish())
        }
    }
}
