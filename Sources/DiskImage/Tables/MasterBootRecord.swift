// SPDX-License-Identifier: Apache-2.0

/// The first sector of a disk with an MBR, or the sector in front of a logical partition.
///
///     0      boot code                  440  disk identifier, 32 bits
///     446    four entries of 16 bytes   510  55 AA
package struct MasterBootRecord: Equatable, Sendable {
    static let sectorSize: Int64 = 512

    /// One of the four entries; sectors are the disk's logical blocks.
    package struct Entry: Equatable, Sendable {
        package var isBootable: Bool
        package var type: UInt8
        package var first: UInt32
        package var count: UInt32

        package init(isBootable: Bool = false, type: UInt8, first: UInt32, count: UInt32) {
            self.isBootable = isBootable
            self.type = type
            self.first = first
            self.count = count
        }
    }

    /// Zero in front of a logical partition.
    package var identifier: UInt32
    package var entries: [Entry]

    package init(identifier: UInt32, entries: [Entry]) {
        self.identifier = identifier
        self.entries = entries
    }

    /// Bytes 440 to 511: what a boot loader's own sector must keep.
    package var table: [UInt8] {
        var bytes: [UInt8] = Self.littleEndian(identifier) + [0, 0]
        for entry in entries.prefix(4) { bytes += Self.bytes(of: entry) }
        bytes += [UInt8](repeating: 0, count: 70 - bytes.count)
        return bytes + [0x55, 0xAA]
    }

    private static func bytes(of entry: Entry) -> [UInt8] {
        let last = entry.first.addingReportingOverflow(entry.count &- 1)
        return [entry.isBootable ? 0x80 : 0] + cylinderHeadSector(entry.first) + [entry.type]
            + cylinderHeadSector(last.overflow ? .max : last.partialValue)
            + littleEndian(entry.first) + littleEndian(entry.count)
    }

    /// A sector number in the geometry of 255 heads and 63 sectors; what lies beyond is its highest value.
    private static func cylinderHeadSector(_ sector: UInt32) -> [UInt8] {
        let cylinder = sector / (255 * 63)
        guard cylinder < 1024 else { return [254, 0xFF, 0xFF] }
        let head = sector / 63 % 255
        let number = sector % 63 + 1
        return [UInt8(head), UInt8(number | (cylinder >> 8) << 6), UInt8(cylinder & 0xFF)]
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
