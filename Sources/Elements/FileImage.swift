// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// An open file of a known size, read by byte range.
struct FileImage {
    let size: Int
    private let file: FileDescriptor

    init(_ file: FileDescriptor) throws {
        self.file = file
        size = Int(clamping: try file.stat().size)
    }

    /// `count` bytes at `offset`.
    func bytes(at offset: UInt64, count: Int, called what: String = "its header") throws
        -> ByteReader
    {
        guard let start = Int64(exactly: offset), count >= 0, count <= ELFFile.longestTable,
            count <= size, start <= Int64(size - count)
        else { throw ELFFile.damaged(what) }
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<count])
                let found = try file.read(fromAbsoluteOffset: start + Int64(filled), into: rest)
                // The file shrank since its size was asked for.
                guard found > 0 else { throw ELFFile.damaged(what) }
                filled += found
            }
        }
        return ByteReader(bytes: bytes)
    }

    /// The bytes of a section.
    func table(_ section: ELFFile.Section, called what: String) throws -> ByteReader {
        guard section.type != ELFFile.Section.withoutBytes, let count = Int(exactly: section.size)
        else { throw ELFFile.damaged(what) }
        return try bytes(at: section.offset, count: count, called: what)
    }
}
