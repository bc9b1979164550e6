// SPDX-License-Identifier: Apache-2.0

extension ByteCount {
    /// Units of sizes as text: those with an "i" are powers of 1024, the others powers of 1000.
    private static let units: [String: Int64] = [
        "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "PiB": 1 << 50,
        "K": 1000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000,
        "P": 1_000_000_000_000_000,
        "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
        "PB": 1_000_000_000_000_000,
    ]

    /// Reads "2.5GiB", "800 MB" or, in `bareUnit`, "2.5".
    ///
    /// nil for anything else, for a negative size, and for one that no file can have.
    package init?(_ text: String, bareUnit: ByteCount) {
        let digits = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        let suffix = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Double(String(digits)), number.isFinite else { return nil }
        let scale: Int64
        if suffix.isEmpty {
            scale = bareUnit.bytes
        } else if let unit = Self.units[String(suffix)] {
            scale = unit
        } else {
            return nil
        }
        guard let bytes = Int64(exactly: (number * Double(scale)).rounded(.down)) else {
            return nil
        }
        self.init(bytes)
    }
}
