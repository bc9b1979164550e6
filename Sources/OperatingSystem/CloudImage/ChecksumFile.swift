// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The digests in a checksum file, in any of the forms that distributions publish.
///
/// GNU style, `HASH  NAME` or `HASH *NAME` (Debian, Ubuntu, openSUSE, AlmaLinux); BSD style, `SHA256 (NAME) = HASH`
/// (Fedora, CentOS Stream, Rocky Linux). Digests by weak algorithms and all other lines are passed over.
public struct ChecksumFile: Sendable {
    /// One line.
    public struct Entry: Equatable, Sendable {
        /// The file's name without folders.
        public let name: String
        /// Its digest.
        public let digest: ImageDigest
    }

    /// The lines with a digest, in order.
    public let entries: [Entry]

    /// Reads the text of the file.
    public init(_ text: String) {
        entries = text.split(whereSeparator: \.isNewline).compactMap { line in
            Self.bsdEntry(line) ?? Self.gnuEntry(line)
        }
    }

    /// The digest of the file `name`; of several the one by the strongest algorithm.
    ///
    /// - Parameters:
    ///   - name: The file's name without folders.
    ///   - isOfOneFile: Whether the checksum file is about this one file: then the name in it may be the one that a
    ///     link such as "latest" leads to.
    /// - Returns: The digest; nil when the file has none.
    /// - Throws: `ElementError` when the file tells two digests of one algorithm.
    public func digest(of name: String, isOfOneFile: Bool) throws -> ImageDigest? {
        var found = entries.filter { $0.name == name }
        if found.isEmpty, isOfOneFile, Set(entries.map(\.name)).count == 1 { found = entries }
        for algorithm in [ImageDigest.Algorithm.sha512, .sha256] {
            let digests = found.map(\.digest).filter { $0.algorithm == algorithm }
            guard let first = digests.first else { continue }
            guard digests.allSatisfy({ $0 == first }) else {
                throw ElementError("the checksum file has two digests of '\(name)'")
            }
            return first
        }
        return nil
    }

    private static func gnuEntry(_ line: Substring) -> Entry? {
        let hex = line.prefix { !$0.isWhitespace }
        guard let digest = ImageDigest(hex: String(hex)) else { return nil }
        var name = line.dropFirst(hex.count).drop(while: \.isWhitespace)
        if name.first == "*" { name = name.dropFirst() }
        return Entry(name: lastComponent(name), digest: digest)
    }

    private static func bsdEntry(_ line: Substring) -> Entry? {
        guard let open = line.range(of: " ("), let end = line.range(of: ") = ") else { return nil }
        guard open.upperBound <= end.lowerBound,
            let digest = ImageDigest(
                hex: String(line[end.upperBound...].filter { !$0.isWhitespace })),
            line[..<open.lowerBound].lowercased() == digest.algorithm.rawValue
        else { return nil }
        return Entry(name: lastComponent(line[open.upperBound..<end.lowerBound]), digest: digest)
    }

    private static func lastComponent(_ path: Substring) -> String {
        let trimmed = path.reversed().drop(while: \.isWhitespace).reversed()
        return String(trimmed).split(separator: "/").last.map(String.init) ?? ""
    }
}
