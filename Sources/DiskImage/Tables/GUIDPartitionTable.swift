// SPDX-License-Identifier: Apache-2.0

/// A GPT as the UEFI specification lays it out: header and 128 entries behind the first block, and once more, mirrored,
/// at the disk's end.
package struct GUIDPartitionTable: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        /// GUIDs as text.
        package var type: String
        package var identifier: String
        package var name: String
        /// Logical blocks; the last one belongs to it.
        package var first: UInt64
        package var last: UInt64
        /// Whether a BIOS boots from it: attribute bit 2.
        package var isBootable: Bool

        package init(
            type: String, identifier: String, name: String, first: UInt64, last: UInt64,
            isBootable: Bool = false
        ) {
            self.type = type
            self.identifier = identifier
            self.name = name
            self.first = first
            self.last = last
            self.isBootable = isBootable
        }
    }

    static let entryCount = 128
    static let entrySize = 128
    private static let headerSize = 92

    package var identifier: String
    package var entries: [Entry]
    /// In bytes.
    package var blockSize: Int64
    /// The number of the disk's blocks.
    package var blocks: UInt64

    package init(identifier: String, entries: [Entry], blockSize: Int64, blocks: UInt64) {
        self.identifier = identifier
        self.entries = entries
        self.blockSize = blockSize
        self.blocks = blocks
    }

    private var entryBlocks: UInt64 {
        UInt64(Int64(Self.entryCount * Self.entrySize) + blockSize - 1) / UInt64(blockSize)
    }

    /// The MBR that tells older programs that the whole disk is taken.
    package var protectiveRecord: MasterBootRecord {
        let count = UInt32(clamping: blocks - 1)
        return MasterBootRecord(
            identifier: 0, entries: [.init(type: 0xEE, first: 1, count: count)])
    }

    /// The parts with the byte offsets where they belong, without the protective MBR.
    package var parts: [(offset: Int64, bytes: [UInt8])] {
        let list = entries.flatMap(Self.bytes)
        let padded =
            list + [UInt8](repeating: 0, count: Self.entryCount * Self.entrySize - list.count)
        let checksum = Checksum.crc32(padded)
        let backup = blocks - 1 - entryBlocks
        let first = header(at: 1, other: blocks - 1, list: 2, checksum: checksum)
        let last = header(at: blocks - 1, other: 1, list: backup, checksum: checksum)
        return [(1, first), (2, padded), (backup, padded), (blocks - 1, last)]
            .map { (Int64($0.0) * blockSize, $0.1) }
    }

    private func header(
        at place: UInt64, other: UInt64, list: UInt64, checksum: UInt32
    ) -> [UInt8] {
        func bytes(checksum own: UInt32) -> [UInt8] {
            Array("EFI PART".utf8) + Self.little(UInt32(0x0001_0000))
                + Self.little(UInt32(Self.headerSize)) + Self.little(own)
                + Self.little(UInt32(0)) + Self.little(place) + Self.little(other)
                + Self.little(2 + entryBlocks) + Self.little(blocks - 2 - entryBlocks)
                + Self.guid(identifier) + Self.little(list)
                + Self.little(UInt32(Self.entryCount)) + Self.little(UInt32(Self.entrySize))
                + Self.little(checksum)
        }
        return bytes(checksum: Checksum.crc32(bytes(checksum: 0)))
    }

    private static func bytes(of entry: Entry) -> [UInt8] {
        let attributes: UInt64 = entry.isBootable ? 1 << 2 : 0
        let name = entry.name.utf16.prefix(36).flatMap { little($0) }
        return guid(entry.type) + guid(entry.identifier) + little(entry.first)
            + little(entry.last) + little(attributes) + name
            + [UInt8](repeating: 0, count: 72 - name.count)
    }

    /// The first three groups are stored with their lowest byte first, the other two as they are written.
    private static func guid(_ text: String) -> [UInt8] {
        text.split(separator: "-").enumerated().flatMap { index, group in
            let digits = Array(group)
            let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
                UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0
            }
            return index < 3 ? bytes.reversed() : bytes
        }
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
