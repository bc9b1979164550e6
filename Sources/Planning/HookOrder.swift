// SPDX-License-Identifier: Apache-2.0

/// The place of a hook among the hooks of its phase, from its sort name alone.
///
/// The order is that of sort(1) -n in the C locale, which shell elements were written for: the leading number as a
/// number, so that `9-c` comes before `10-b` and `100-a` after `99-z`, a name without one as 0, and names with equal
/// numbers byte by byte.
package struct HookOrder: Comparable, Sendable {
    private let number: LeadingNumber
    private let name: String

    package init(_ name: String) {
        self.name = name
        number = LeadingNumber(name)
    }

    package static func < (left: Self, right: Self) -> Bool {
        if left.number != right.number { return left.number < right.number }
        return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }

    /// Whether a folder's entry has a name that is ever run: letters, digits, `_` and `-` only.
    package static func isHookName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// Digits at the start of a name, with an optional minus sign; of any length, hence kept as text.
private struct LeadingNumber: Comparable {
    var isNegative: Bool
    /// Without leading zeros; empty is zero.
    var digits: Substring.UTF8View

    init(_ name: String) {
        var rest = name.utf8[...]
        let hasSign = rest.first == UInt8(ascii: "-")
        if hasSign { rest = rest.dropFirst() }
        let number = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        digits = number.drop { $0 == UInt8(ascii: "0") }
        isNegative = hasSign && !digits.isEmpty
    }

    static func == (left: Self, right: Self) -> Bool {
        left.isNegative == right.isNegative && left.digits.elementsEqual(right.digits)
    }

    static func < (left: Self, right: Self) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let isLess =
            left.digits.count == right.digits.count
            ? left.digits.lexicographicallyPrecedes(right.digits)
            : left.digits.count < right.digits.count
        return left.isNegative ? left != right && !isLess : isLess
    }
}
