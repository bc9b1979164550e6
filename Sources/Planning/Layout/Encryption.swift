// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// How the bytes of a volume are encrypted: LUKS2, cryptsetup(8).
package struct Encryption: Codable, Equatable, Sendable {
    /// What lies before the encrypted bytes: as much as cryptsetup(8) takes where nothing else is said.
    package static let headerSize = ByteCount.mebibytes(16)
    /// The longest name, in bytes: the label of the header has a null behind it.
    static let longestName = 47

    /// What the running system calls the decrypted device, below /dev/mapper; also the header's label, by which it is found.
    package var name: String
    /// Of the header; nil: derived from what the image holds.
    package var uuid: String?
    /// Where the running system finds the key, crypttab(5); nil: somebody is asked for a passphrase.
    package var keyFile: String?
    /// The fourth field of its line in /etc/crypttab.
    package var options: String

    package init(
        name: String, uuid: String? = nil, keyFile: String? = nil, options: String = "luks"
    ) {
        self.name = name
        self.uuid = uuid
        self.keyFile = keyFile
        self.options = options
    }
}

/// What opens an encrypted volume (--luks-key, --luks-passphrase); a secret.
package struct EncryptionKey: Codable, Equatable, Sendable {
    /// That of the layout's luks node.
    package var name: String
    /// In Base64, all bytes that count.
    package var key: String

    package init(name: String, key: String) {
        self.name = name
        self.key = key
    }
}

extension Volume {
    /// The least size of the place that holds it; what its files need comes on top.
    package var leastSize: ByteCount { type.leastSize + headerSize }

    /// What lies in its place before its own bytes.
    package var headerSize: ByteCount { encryption == nil ? .zero : Encryption.headerSize }
}

extension DiskLayout {
    /// The encrypted volumes, in the order of their places.
    package var encryptions: [Encryption] { volumes.compactMap(\.encryption) }

    /// The text of /etc/crypttab; nil when nothing is encrypted.
    package var encryptionTable: String? {
        let lines = encryptions.map { encryption in
            "\(encryption.name) LABEL=\(encryption.name) \(encryption.keyFile ?? "none")"
                + " \(encryption.options)\n"
        }
        return lines.isEmpty ? nil : lines.joined()
    }

    /// Checks that there is a key for each encrypted volume.
    ///
    /// - Throws: `BuildError` with status 2 for one that has none.
    func checkKeys(_ keys: [EncryptionKey]) throws {
        for encryption in encryptions where !keys.contains(where: { $0.name == encryption.name }) {
            throw BuildError(
                .refused, "\(title): no key was given for the LUKS volume '\(encryption.name)'",
                hint: "Add '--luks-key \(encryption.name)=FILE', or '--luks-passphrase"
                    + " \(encryption.name)=FILE' for the first line of FILE.")
        }
    }

    /// Checks that each key belongs to an encrypted volume, once.
    ///
    /// - Throws: `BuildError` with status 2 for the first that does not.
    func checkNames(of keys: [EncryptionKey]) throws {
        let names = encryptions.map(\.name)
        for (index, key) in keys.enumerated() {
            guard names.contains(key.name) else {
                throw BuildError(
                    .refused, "a key was given for '\(key.name)', which \(title) does not have",
                    hint: NearestName.of(key.name, in: names).map { "Did you mean '\($0)'?" }
                        ?? (names.isEmpty
                            ? "Leave it out: nothing in the layout is encrypted."
                            : "Encrypted are: \(names.joined(separator: ", "))."))
            }
            guard !keys[..<index].contains(where: { $0.name == key.name }) else {
                throw BuildError(
                    .refused, "two keys were given for the LUKS volume '\(key.name)'",
                    hint: "Leave one of them out; cryptsetup(8) adds more in the running system.")
            }
        }
    }
}
