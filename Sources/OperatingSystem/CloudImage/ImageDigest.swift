// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The digest of an image, as a checksum file or the user tells it.
public struct ImageDigest: Equatable, Sendable, CustomStringConvertible {
    /// The algorithms that are strong enough to rely on.
    public enum Algorithm: String, Sendable {
        /// SHA-256, FIPS 180-4.
        case sha256
        /// SHA-512, FIPS 180-4.
        case sha512

        /// How many digits a digest has in hexadecimal.
        var digits: Int { self == .sha256 ? 64 : 128 }
        /// The program of coreutils that computes it.
        var program: String { rawValue + "sum" }
    }

    /// The algorithm.
    public let algorithm: Algorithm
    /// The digits, in lower case.
    public let hex: String

    /// A digest by its digits, whose number tells the algorithm; nil for anything else.
    public init?(hex: String) {
        let digits = hex.lowercased()
        guard digits.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }),
            let algorithm = [Algorithm.sha256, .sha512].first(where: {
                $0.digits == digits.utf8.count
            })
        else { return nil }
        self.algorithm = algorithm
        self.hex = digits
    }

    /// A digest as users write it: "sha256:..." or "sha512:...".
    ///
    /// - Throws: `ElementError` for anything else, which names `parameter`.
    public init(_ text: String, parameter: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let digest = ImageDigest(hex: String(parts[1])),
            parts[0] == digest.algorithm.rawValue
        else {
            throw ElementError(
                "parameter '\(parameter)': '\(text)' is no digest",
                hint: "Write sha256: and 64 hexadecimal digits, or sha512: and 128 of them.")
        }
        self = digest
    }

    /// "sha256:" and the digits.
    public var description: String { "\(algorithm.rawValue):\(hex)" }
}
