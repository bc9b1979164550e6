// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Secrets that show by their form, wherever they stand: keys in PEM, tokens of well-known services, passwords in addresses.
package enum SecretText {
    /// What begins a token, how many letters follow at least, and whose it is.
    private static let tokens: [(start: String, count: Int, service: String)] = [
        ("AKIA", 16, "AWS"), ("ASIA", 16, "AWS"), ("ghp_", 36, "GitHub"), ("gho_", 36, "GitHub"),
        ("ghs_", 36, "GitHub"), ("github_pat_", 22, "GitHub"), ("glpat-", 20, "GitLab"),
        ("xoxb-", 20, "Slack"), ("xoxp-", 20, "Slack"), ("AIza", 35, "Google"),
        ("hvs.", 20, "Vault"), ("npm_", 36, "npm"), ("pypi-AgE", 20, "PyPI"),
        ("sk_live_", 20, "Stripe"), ("dop_v1_", 60, "DigitalOcean"),
    ]

    /// The rules that the bytes of a file break.
    package static func findings(in bytes: [UInt8]) -> [(rule: AuditRule, reason: String)] {
        var found: [(rule: AuditRule, reason: String)] = []
        if bytes.has("PRIVATE KEY"), PEM.hasPrivateKey(String(decoding: bytes, as: UTF8.self)) {
            found.append((.privateKey, "a private key in PEM"))
        }
        var services: [String] = []
        for token in tokens where !services.contains(token.service) {
            if has(token.start, count: token.count, in: bytes) { services.append(token.service) }
        }
        found += services.map { (.token, "a token of \($0)") }
        if bytes.has("://"), bytes.has("@"), hasPassword(String(decoding: bytes, as: UTF8.self)) {
            found.append((.token, "an address with a password in it"))
        }
        return found
    }

    /// Whether a word begins so and goes on for as many letters.
    private static func has(_ start: String, count: Int, in bytes: [UInt8]) -> Bool {
        var offset = 0
        while let place = bytes.place(of: start, from: offset) {
            offset = place + start.utf8.count
            let length = bytes[offset...].prefix(count).prefix(while: isPartOfToken).count
            if length == count, place == 0 || !isPartOfToken(bytes[place - 1]) { return true }
        }
        return false
    }

    private static func isPartOfToken(_ byte: UInt8) -> Bool {
        let character = Character(UnicodeScalar(byte))
        return byte < 128
            && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }

    /// USER:PASSWORD before the host of an address, RFC 3986, 3.2.1; comments have examples.
    private static func hasPassword(_ text: String) -> Bool {
        text.split(separator: "\n").contains { line in
            guard !line.drop(while: \.isWhitespace).hasPrefix("#") else { return false }
            var rest = line
            while let scheme = rest.firstRange(of: "://") {
                rest = rest[scheme.upperBound...]
                let authority = rest.prefix { !" \t\"'/<>$%{}[]".contains($0) }
                if let at = authority.lastIndex(of: "@"),
                    let colon = authority[..<at].firstIndex(of: ":"),
                    authority.index(after: colon) < at
                {
                    return true
                }
            }
            return false
        }
    }
}

extension [UInt8] {
    /// Whether the bytes of a text are among these.
    func has(_ text: String) -> Bool { place(of: text, from: 0) != nil }

    /// Where the bytes of a text begin, from an offset on.
    func place(of text: String, from offset: Int) -> Int? {
        let needle = Array(text.utf8)
        return withUnsafeBytes { all in
            guard let start = all.baseAddress else { return nil }
            let last = all.count - needle.count
            var place = offset
            // memchr(3) passes over most of a file.
            while place <= last,
                let found = memchr(start + place, Int32(needle[0]), last - place + 1)
            {
                place = UnsafeRawPointer(found) - start
                if memcmp(start + place, needle, needle.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }
}
