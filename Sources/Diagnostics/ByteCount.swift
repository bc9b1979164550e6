// SPDX-License-Identifier: Apache-2.0

/// A size in bytes.
package struct ByteCount: Hashable, Comparable, Codable, Sendable {
    package var bytes: Int64

    package init(_ bytes: Int64) { self.bytes = bytes }

    package static func kibibytes(_ count: Int64) -> Self { Self(count << 10) }
    package static func mebibytes(_ count: Int64) -> Self { Self(count << 20) }
    package static func gibibytes(_ count: Int64) -> Self { Self(count << 30) }
    package static let zero = Self(0)

    package init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    package static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
    package static func + (left: Self, right: Self) -> Self { Self(left.bytes + right.bytes) }
    package static func - (left: Self, right: Self) -> Self { Self(left.bytes - right.bytes) }
    package static func += (left: inout Self, right: Self) { left.bytes += right.bytes }
    package static func * (left: Self, right: Int64) -> Self { Self(left.bytes * right) }

    /// The smallest multiple of `unit` that is not below this size.
    package func roundedUp(to unit: Self) -> Self {
        Self((bytes + unit.bytes - 1) / unit.bytes * unit.bytes)
    }

    /// The size as a whole number of its largest unit, as options take it: "16TiB", "2097151MiB".
    package var exactText: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var (value, unit) = (bytes, 0)
        while value != 0, value % 1024 == 0, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return "\(value)\(units[unit])"
    }

    /// The largest multiple of `unit` that is not above this size.
    package func roundedDown(to unit: Self) -> Self {
        Self(bytes / unit.bytes * unit.bytes)
    }
}

extension ByteCount: CustomStringConvertible {
    /// Two or three significant digits and a binary unit, such as "2.4 GiB".
    package var description: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var value = Double(bytes)
        var unit = 0
        while abs(value) >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        guard unit > 0 else { return "\(bytes) B" }
        let tenths = (value * 10).rounded() / 10
        return tenths >= 100 ? "\(Int(value.rounded())) \(units[unit])" : "\(tenths) \(units[unit])"
    }
}
