// SPDX-License-Identifier: Apache-2.0

/// A fast digest (FNV-1a, 128 bits) from which identities are derived: equal input, equal identity.
///
/// It guards against chance, not against people; checksums of outputs are SHA-256.
package struct ContentDigest: Equatable, Sendable {
    private var state: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013B

    package init() {}

    /// Adds bytes and their number, so that "a", "bc" and "ab", "c" differ.
    package mutating func add(_ bytes: some Collection<UInt8>) {
        for byte in bytes { mix(byte) }
        add(Int64(bytes.count))
    }

    package mutating func add(_ number: Int64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            mix(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// Adds another digest.
    package mutating func add(_ other: ContentDigest) {
        for shift in stride(from: 0, to: 128, by: 8) {
            mix(UInt8(truncatingIfNeeded: other.state >> shift))
        }
    }

    private mutating func mix(_ byte: UInt8) {
        state = (state ^ UInt128(byte)) &* Self.prime
    }

    /// The digest as a UUID of version 8, RFC 9562: "values of one's own".
    package func uuid(for purpose: String) -> String {
        var digest = self
        digest.add(purpose.utf8)
        var bytes = (0..<16).map { UInt8(truncatingIfNeeded: digest.state >> (120 - 8 * $0)) }
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        var groups: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return groups.joined(separator: "-")
    }

    /// 32 bits of the digest, never zero: a disk identifier.
    package func identifier(for purpose: String) -> UInt32 {
        var digest = self
        digest.add(purpose.utf8)
        return max(1, UInt32(truncatingIfNeeded: digest.state >> 64))
    }
}
