// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Sizes as variables hold them: numbers without a unit.
extension ByteCount {
    /// The size in GiB, as for --image-size.
    var gibibyteText: String { text(unit: 1 << 30) }

    /// The size in MiB, as for --image-extra-size.
    var mebibyteText: String { text(unit: 1 << 20) }

    private func text(unit: Int64) -> String {
        let (whole, rest) = bytes.quotientAndRemainder(dividingBy: unit)
        return rest == 0 ? String(whole) : String(Double(bytes) / Double(unit))
    }
}
