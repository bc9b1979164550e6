// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// Tells whether an image file was cut short while the kernel wrote to it through a loop device.
///
/// A file system need not notice: what btrfs had written is gone then, what it writes later makes the file long again,
/// and no call fails. So a word stands behind the image meanwhile, which whatever cuts the file short takes away.
struct TruncationMark {
    private static let word = Array("dibhost-image-is-whole".utf8)

    private let file: FileDescriptor
    private let path: FilePath
    private let size: Int64

    /// Puts the mark behind the end of `file`, which is the image at `path`, while `body` runs.
    ///
    /// - Throws: `BuildError` when the file was cut short, whatever else `body` says; else the error of `body`.
    static func with<Result>(_ file: FileDescriptor, _ path: FilePath, _ body: () throws -> Result)
        throws -> Result
    {
        let mark = TruncationMark(
            file: file, path: path, size: try file.seek(offset: 0, from: .end))
        try file.writeAll(toAbsoluteOffset: mark.size, Self.word)
        let result = Swift.Result { try body() }
        try mark.check()
        try file.resize(to: mark.size)
        return try result.get()
    }

    private func check() throws {
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
