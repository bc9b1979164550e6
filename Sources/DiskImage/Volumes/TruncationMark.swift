// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import SystemPackage

/// Tells whether an image file was cut short while the kernel wrote to it through a loop device.
///
/// A file system need not notice: what btrfs had written is gone then, what it writes later makes the file long again,
/// and no call fails. So a word stands behind the image meanwhile, which whatever cuts the file short takes away. It is
/// shorter than a sector, which is what loop devices count in.
package struct TruncationMark: Sendable {
    private static let word = Array("dibhost-image-is-whole".utf8)

    private let file: FileDescriptor
    private let path: FilePath
    private let size: Int64

    /// Puts the mark behind the end of `file`, the image at `path`, which is open for reading and writing, and stays
    /// so until the mark is removed.
    package init(behind file: FileDescriptor, _ path: FilePath) throws {
        self.file = file
        self.path = path
        size = try file.seek(offset: 0, from: .end)
        try file.writeAll(toAbsoluteOffset: size, Self.word)
    }

    /// Puts the mark there while `body` runs.
    ///
    /// - Throws: `BuildError` when the file was cut short, whatever else `body` says; else the error of `body`.
    static func with<Result>(_ file: FileDescriptor, _ path: FilePath, _ body: () throws -> Result)
        throws -> Result
    {
        let mark = try TruncationMark(behind: file, path)
        let result = Swift.Result { try body() }
        try mark.remove()
        return try result.get()
    }

    /// Takes the mark away.
    ///
    /// - Throws: `BuildError` when the file was cut short.
    package func remove() throws {
        try check()
        try file.resize(to: size)
    }

    /// - Throws: `BuildError` when the file was cut short.
    package func check() throws {
        let bytes = try [UInt8](unsafeUninitializedCapacity: Self.word.count) { buffer, count in
            count = try file.read(
                fromAbsoluteOffset: size, into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard bytes != Self.word else { return }
        throw BuildError(
            .buildFailed, "'\(path)' was cut short while its file system was mounted",
            hint: "Find what else writes in that folder.")
    }
}
