// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import FoundationEssentials
import LinuxSystem
import Planning
import SystemPackage

extension EncryptionKey {
    /// Larger files are meant as something else; cryptsetup(8) reads 8 MiB.
    private static let largestKey = 1 << 20
    /// The longest passphrase that cryptsetup(8) takes from a terminal.
    private static let longestPassphrase = 512

    /// The keys that --luks-key and --luks-passphrase name.
    ///
    /// - Throws: `BuildError` with status 2 for a file that cannot be read, or that holds no key.
    static func all(keys: [String], passphrases: [String]) throws -> [EncryptionKey] {
        try keys.map { text in
            let (name, path) = try split(text, "--luks-key")
            let bytes = try read(path, option: "--luks-key \(name)", limit: largestKey + 1)
            guard bytes.count <= largestKey else {
                throw BuildError(
                    .refused, "--luks-key '\(name)' names a file of more than 1 MiB",
                    hint: "A key has some hundred bytes: 'head -c 64 /dev/urandom >FILE'.")
            }
            return EncryptionKey(name: name, key: Data(bytes).base64EncodedString())
        }
            + passphrases.map { text in
                let (name, path) = try split(text, "--luks-passphrase")
                let option = "--luks-passphrase \(name)"
                let line = try read(path, option: option, limit: largestKey)
                    .prefix { $0 != UInt8(ascii: "\n") }
                guard (1...longestPassphrase).contains(line.count) else {
                    throw BuildError(
                        .refused,
                        "--luks-passphrase '\(name)' gives a passphrase of \(line.count) bytes",
                        hint: "The file's first line is one, of 1 to \(longestPassphrase) bytes.")
                }
                return EncryptionKey(name: name, key: Data(line).base64EncodedString())
            }
    }

    private static func split(_ text: String, _ option: String) throws -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            // What stands there may be a key.
            throw BuildError(
                .refused, "\(option) has no file",
                hint: "Write VOLUME=FILE: the name of the layout's luks node, and the file.")
        }
        return (parts[0], parts[1])
    }

    private static func read(_ path: String, option: String, limit: Int) throws -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes =
                path == "-"
                ? try FileDescriptor.standardInput.contents(limit: limit)
                : try FileDescriptor.contents(of: FilePath(path), limit: limit)
        } catch {
            // A path without a slash may be the key itself, which is not to be seen.
            throw BuildError(
                .refused,
                "the file\(path.contains("/") ? " '\(path)'" : "") of '\(option)' cannot be read",
                hint: path.hasPrefix("/dev/fd/")
                    ? "Open the descriptor in the shell: '3<FILE'; sudo passes on only 0, 1 and 2."
                    : "Name a file: a key itself is never an argument, which everybody could see.",
                cause: "\(error)")
        }
        guard !bytes.isEmpty else {
            throw BuildError(
                .refused, "the file of '\(option)' is empty",
                hint: "Make one: 'head -c 64 /dev/urandom >FILE'.")
        }
        return bytes
    }
}
