// SPDX-License-Identifier: Apache-2.0

/// The order of the versions of kernels.
package enum KernelVersion {
    /// Compares versions number by number: 6.1.9 is older than 6.1.10.
    package static func isOlder(_ left: String, _ right: String) -> Bool {
        let (left, right) = (parts(left), parts(right))
        for (own, other) in zip(left, right) where own != other {
            if let own = Int(own), let other = Int(other) { return own < other }
            return own < other
        }
        return left.count < right.count
    }

    private static func parts(_ version: String) -> [String] {
        var parts: [String] = []
        for character in version {
            let continues = parts.last?.last.map { $0.isNumber == character.isNumber } ?? false
            if continues {
                parts[parts.count - 1].append(character)
            } else {
                parts.append(String(character))
            }
        }
        return parts
    }
}
