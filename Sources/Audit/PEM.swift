// SPDX-License-Identifier: Apache-2.0

/// Private keys in the text form of RFC 7468 and its relatives of OpenSSH and OpenPGP.
enum PEM {
    private static let begin = "-----BEGIN "
    private static let ends = ["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"]
    private static let base64 = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")

    /// Whether a key follows its first line; a program that only names the line has none.
    static func hasPrivateKey(_ text: String) -> Bool {
        var rest = text[...]
        while let start = rest.firstRange(of: begin) {
            rest = rest[start.upperBound...]
            let title = rest.prefix { $0 != "\n" && $0 != "\r\n" }
            guard ends.contains(where: title.hasSuffix) else { continue }
            // Headers such as Proc-Type and an empty line may come first.
            let body = rest[title.endIndex...].split(whereSeparator: \.isNewline).prefix(6)
            if body.contains(where: { $0.count >= 16 && $0.allSatisfy(base64.contains) }) {
                return true
            }
        }
        return false
    }
}
