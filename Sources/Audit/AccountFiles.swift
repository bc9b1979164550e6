// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem

/// The accounts of a tree, passwd(5), group(5), and what their files give away.
package struct AccountFiles {
    /// Numbers of users and groups; nil where the tree has no such file.
    let users: Set<UInt32>?
    let groups: Set<UInt32>?
    /// Home folders of accounts without a leading slash; `PathRules` counts those below /home by itself.
    let homes: Set<String>

    init(_ root: TreeRoot) throws {
        let passwd = try Self.lines(of: "/etc/passwd", root)
        users = passwd.map { Set($0.compactMap { Self.number($0, 2) }) }
        groups = try Self.lines(of: "/etc/group", root).map {
            Set($0.compactMap { Self.number($0, 2) })
        }
        let named = (passwd ?? []).filter { $0.count > 5 }.map { String($0[5].drop { $0 == "/" }) }
        homes = Set(named.filter { !$0.isEmpty && !Self.shared.contains($0) } + ["root"])
    }

    /// Home folders of accounts of the system, which are no home of anybody.
    private static let shared: Set<String> = [
        "bin", "dev", "etc", "usr/bin", "usr/sbin", "sbin", "var", "var/log", "var/lib", "run",
        "nonexistent", "proc", "tmp", "var/tmp", "var/cache", "var/spool",
    ]

    /// The accounts in the text of passwd(5), shadow(5), group(5) or gshadow(5) whose password can be guessed at, or is
    /// none.
    ///
    /// `file` is the path without a leading slash. An empty field means that no password is asked for, but in gshadow(5).
    package static func weaknesses(of text: String, file: String) -> [String] {
        let kind = file.hasSuffix("-") ? String(file.dropLast()) : file
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 1, !line.hasPrefix("+"), !line.hasPrefix("#") else { return nil }
            let password = fields[1]
            if password.isEmpty {
                return kind == "etc/gshadow" ? nil : "'\(fields[0])' needs no password"
            }
            // crypt(5): all but the oldest form have a '$'.
            let isHash =
                password.contains("$")
                || (password.count == 13 && !"!*".contains(password.first ?? "!"))
            return isHash ? "the hash of a password of '\(fields[0])'" : nil
        }
    }

    private static func lines(of path: String, _ root: TreeRoot) throws -> [[Substring]]? {
        guard let bytes = try root.contents(path) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: ":", omittingEmptySubsequences: false) }
    }

    private static func number(_ fields: [Substring], _ index: Int) -> UInt32? {
        fields.count > index ? UInt32(fields[index]) : nil
    }
}
