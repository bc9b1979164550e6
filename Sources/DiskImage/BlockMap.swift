// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// The block map of a raw image, version 2.0 of bmaptool's format: which blocks are needed, and their checksums.
///
/// Needed are also zeros that a file system's maker asked for, such as those of a journal: a disk may hold the journal of
/// an earlier image.
///
/// bmaptool copies only those blocks to a disk and checks what it read. The map holds a checksum of itself, computed
/// while zeros stand in its place.
struct BlockMap {
    private static let blockSize: Int64 = 4096

    private let size: Int64
    private let ranges: [(blocks: ClosedRange<Int64>, checksum: String)]

    /// Reads the blocks of `image` that have space of their own.
    init(_ image: FileDescriptor, interrupt: FileDescriptor?) throws {
        let size = try image.seek(offset: 0, from: .end)
        self.size = size
        ranges = try Self.merged(image.allocatedRanges(size: size)).map { blocks in
            let digest = try MessageDigest()
            let end = min(size, (blocks.upperBound + 1) * Self.blockSize)
            try FilePieces(
                image, blocks.lowerBound * Self.blockSize..<end, interrupt: interrupt
            ).forEach { try digest.update($0) }
            return (blocks, try digest.finish())
        }
    }

    /// Ranges of bytes as ranges of whole blocks that neither touch nor overlap.
    private static func merged(_ ranges: [Range<Int64>]) -> [ClosedRange<Int64>] {
        var merged: [ClosedRange<Int64>] = []
        for range in ranges {
            let blocks = range.lowerBound / blockSize...(range.upperBound - 1) / blockSize
            if let last = merged.last, blocks.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, blocks.upperBound)
            } else {
                merged.append(blocks)
            }
        }
        return merged
    }

    /// The map's text.
    func text() throws -> String {
        let zeros = String(repeating: "0", count: 64)
        return text(checksum: try MessageDigest.of(Array(text(checksum: zeros).utf8)))
    }

    private func text(checksum: String) -> String {
        let mapped = ranges.reduce(0) { $0 + Int64($1.blocks.count) }
        let lines = ranges.map { range in
            let (first, last) = (range.blocks.lowerBound, range.blocks.upperBound)
            let numbers = first == last ? "\(first)" : "\(first)-\(last)"
            return "        <Range chksum=\"\(range.checksum)\">\(numbers)</Range>"
        }
        return """
            <?xml version="1.0" ?>
            <bmap version="2.0">
                <ImageSize>\(size)</ImageSize>
                <BlockSize>\(Self.blockSize)</BlockSize>
                <BlocksCount>\((size + Self.blockSize - 1) / Self.blockSize)</BlocksCount>
                <MappedBlocksCount>\(mapped)</MappedBlocksCount>
                <ChecksumType>sha256</ChecksumType>
                <BmapFileChecksum>\(checksum)</BmapFileChecksum>
                <BlockMap>
            \(lines.joined(separator: "\n"))
                </BlockMap>
            </bmap>

            """
    }
}
