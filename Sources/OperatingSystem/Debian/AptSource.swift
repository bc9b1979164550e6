// SPDX-License-Identifier: Apache-2.0

/// One archive that apt gets packages from: an entry of sources.list, or a stanza of a .sources file, for one URI and
/// one suite.
struct AptSource: Equatable {
    /// Where the archive is.
    var uri: String
    /// The folder below dists/, such as "bookworm-security".
    var suite: String
    /// The parts of the suite, such as "main".
    var components: [String]
    /// The keyring, as the entry has it: a path, several, or a key; nil when it has none.
    var signedBy: String?
    /// Whether the entry asks apt to go without a signature.
    var isTrusted = false
    /// Debian's names of the architectures that the entry is limited to; empty means any.
    var architectures: [String] = []

    /// The entries for binary packages in a text of either form; `name` decides which by its end.
    static func parse(_ text: String, fileName: String) -> [AptSource] {
        fileName.hasSuffix(".sources") ? parseStanzas(text) : parseLines(text)
    }

    /// The entries of a sources.list: "deb [options] URI suite components".
    static func parseLines(_ text: String) -> [AptSource] {
        text.split(separator: "\n").compactMap { line in
            var words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(
                String.init)
            guard words.first == "deb" else { return nil }
            words.removeFirst()
            var options: [String: String] = [:]
            if words.first?.hasPrefix("[") == true,
                let end = words.firstIndex(where: { $0.hasSuffix("]") })
            {
                for word in words[...end] {
                    let parts = word.filter { $0 != "[" && $0 != "]" }.split(
                        separator: "=", maxSplits: 1)
                    if parts.count == 2 { options[parts[0].lowercased()] = String(parts[1]) }
                }
                words.removeSubrange(...end)
            }
            guard words.count >= 2 else { return nil }
            return AptSource(
                uri: words[0], suite: words[1], components: Array(words.dropFirst(2)),
                signedBy: options["signed-by"], isTrusted: options["trusted"] == "yes",
                architectures: list(options["arch"], separator: ","))
        }
    }

    /// The entries of a .sources file: stanzas of "Field: value" lines, parted by empty lines.
    static func parseStanzas(_ text: String) -> [AptSource] {
        stanzas(text).flatMap { fields -> [AptSource] in
            guard list(fields["types"]).contains("deb"), fields["enabled"] != "no" else {
                return []
            }
            return list(fields["uris"]).flatMap { uri in
                list(fields["suites"]).map { suite in
                    AptSource(
                        uri: uri, suite: suite, components: list(fields["components"]),
                        signedBy: fields["signed-by"], isTrusted: fields["trusted"] == "yes",
                        architectures: list(fields["architectures"]))
                }
            }
        }
    }

    private static func stanzas(_ text: String) -> [[String: String]] {
        var result: [[String: String]] = [[:]]
        var field = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#") { continue }
            if line.allSatisfy(\.isWhitespace) {
                if result.last?.isEmpty == false { result.append([:]) }
                continue
            }
            let last = result.count - 1
            if line.first?.isWhitespace == true {
                result[last][field, default: ""] += " " + line.drop(while: \.isWhitespace)
            } else if let colon = line.firstIndex(of: ":") {
                field = line[..<colon].lowercased()
                let value = line[line.index(after: colon)...]
                result[last][field] = value.split(whereSeparator: \.isWhitespace)
                    .joined(separator: " ")
            }
        }
        return result
    }

    private static func list(_ text: String?, separator: Character = " ") -> [String] {
        (text ?? "").split(separator: separator).map(String.init)
    }

    /// The entry as a line of sources.list, signed by the keyring unless it is trusted as it is.
    func line(keyring: String) -> String {
        let option = isTrusted ? "trusted=yes" : "signed-by=\(keyring)"
        return "deb [\(option)] \(uri) \(suite) \(components.joined(separator: " "))"
    }
}
