// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// The first sector of a disk with one bootable Linux partition.
///
///     0      boot code                  440  disk identifier, 32 bits
///     446    four entries of 16 bytes   510  55 AA
package struct MasterBootRecord: Equatable, Sendable {
    static let sectorSize: Int64 = 512

    package var identifier: UInt32
    /// Where the partition begins, and how long it is.
    package var offset: ByteCount
    package var length: ByteCount

    package init(identifier: UInt32, offset: ByteCount, length: ByteCount) {
        self.identifier = identifier
        self.offset = offset
        self.length = length
    }

    /// Bytes 440 to 511: what a boot loader's own sector must keep.
    package var table: [UInt8] {
        var bytes: [UInt8] = Self.littleEndian(identifier) + [0, 0]
        let first = UInt32(offset.bytes / Self.sectorSize)
        let count = UInt32(length.bytes / Self.sectorSize)
        bytes += [0x80] + Self.cylinderHeadSector(first)
        bytes += [0x83] + Self.cylinderHeadSector(first + count - 1)
        bytes += Self.littleEndian(first) + Self.littleEndian(count)
        bytes += [UInt8](repeating: 0, count: 48)
        return bytes + [0x55, 0xAA]
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
