// SPDX-License-Identifier: Apache-2.0

/// What makes two lines of authorized_keys the same key: type and body, whatever options and
/// comment say.
struct PublicKey: Hashable {
    let type: Substring
    let body: Substring

    /// Finds the key in a line; nil when there is none, as in a comment.
    init?(line: Substring) {
        let words = Self.words(of: line)
        let start = words.prefix(2).firstIndex { Self.isType($0) }
        guard let start, start + 1 < words.count, words[0].first != "#" else { return nil }
        let body = words[start + 1]
        guard body.hasPrefix("AAAA"), body.utf8.allSatisfy(Self.isBase64) else { return nil }
        type = words[start]
        self.body = body
    }

    private static func isType(_ word: Substring) -> Bool {
        ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].contains { word.hasPrefix($0) }
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "="):
            true
        default: false
        }
    }

    /// Words between white space; a quoted part of the options, such as command="a b", belongs to
    /// its word.
    private static func words(of line: Substring) -> [Substring] {
        var isQuoted = false
        var previous: Character?
        return line.split { character in
            defer { previous = character }
            if character == "\"", previous != "\\" { isQuoted.toggle() }
            return character.isWhitespace && !isQuoted
        }
    }
}
