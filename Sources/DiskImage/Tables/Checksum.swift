// SPDX-License-Identifier: Apache-2.0

/// The checksum of partition tables, and of LVM's labels.
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
    }

    /// CRC-32 as ISO 3309 and the UEFI specification have it.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~crc32(bytes, from: ~0)
    }

    /// The same with another beginning, and not inverted in the end.
    static func crc32(_ bytes: some Sequence<UInt8>, from seed: UInt32) -> UInt32 {
        bytes.reduce(seed) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    }
}
