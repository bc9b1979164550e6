// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// Copies what was written to a file of its own to the pieces of a disk where it belongs.
struct VolumeGatherer {
    private static let largestPiece: Int64 = 1 << 20

    let place: VolumePlace
    let interrupt: FileDescriptor?

    /// Copies byte ranges, ascending, of a file that begins `shift` bytes behind the beginning of the place.
    ///
    /// Where `cipher` is to encrypt them on their way, they are whole sectors of it.
    func copy(
        _ ranges: [Range<Int64>], of file: FileDescriptor, shift: ByteCount = .zero,
        to image: FileDescriptor, cipher: SectorCipher? = nil
    ) throws {
        var pieces = place.pieces[...]
        // Where the first of the pieces that are left begins in the file.
        var start = -shift.bytes
        for range in ranges {
            while let piece = pieces.first, start + piece.length.bytes <= range.lowerBound {
                start += piece.length.bytes
                pieces.removeFirst()
            }
            var (rest, position) = (pieces, start)
            while let piece = rest.popFirst(), position < range.upperBound {
                let own = (position..<position + piece.length.bytes).clamped(to: range)
                try copy(
                    own, of: file, to: image, at: piece.offset.bytes + own.lowerBound - position,
                    cipher)
                position += piece.length.bytes
            }
        }
    }

    private func copy(
        _ range: Range<Int64>, of file: FileDescriptor, to image: FileDescriptor, at place: Int64,
        _ cipher: SectorCipher?
    ) throws {
        var offset = range.lowerBound
        while offset < range.upperBound {
            try Interruption.check(interrupt, during: "writing the file system")
            let count = Int(min(Self.largestPiece, range.upperBound - offset))
            var bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
                used = try file.read(
                    fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard !bytes.isEmpty else { return }
            try cipher?.encrypt(&bytes, at: offset)
            try image.writeAll(toAbsoluteOffset: place + offset - range.lowerBound, bytes)
            offset += Int64(bytes.count)
        }
    }
}
