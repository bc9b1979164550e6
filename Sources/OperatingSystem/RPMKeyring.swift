// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI
internal import Glibc

/// The public keys that packages must be signed by: those of one file on the build host, armoured or not.
///
/// They lie in the tree's database of rpm for the length of the build. dnf and zypper take no other key from anywhere:
/// neither one that a server offers, nor one that a repository's settings name.
struct RPMKeyring {
    /// One key of the file.
    struct Key: Equatable {
        /// 40 hexadecimal digits in capitals.
        var fingerprint: String
        /// Key and subkeys by their last 16 digits, as packages name them.
        var identifiers: [String]
        /// Why nothing may be signed by it any more; nil for a good one.
        var fault: String?
    }

    /// The file, as the user named it.
    let file: String
    /// The keys that count.
    let keys: [Key]

    /// Reads the file with the rights of the user.
    ///
    /// - Throws: `ElementError` when it is not there, holds no key, or none that is still good.
    init(_ settings: RPMSettings, _ work: RPMWorkFolder, _ target: RootContext) throws {
        let element = settings.distribution.element
        let given = settings.parameters["keyring"].flatMap { $0.isEmpty ? nil : $0 }
        file = given ?? settings.facts.keyring
        guard let descriptor = try target.openUserFile(file) else {
            throw ElementError(
                "there is no keyring '\(file)'",
                hint:
                    "Set \(element).keyring to a file with the public keys of \(settings.distribution.releases.distribution), got from a place that you trust."
            )
        }
        defer { close(descriptor) }
        let (end, list) = try target.result(
            of: "/bin/sh",
            ["-ec", Self.listScript, "sh", work.gpg, "/proc/\(getpid())/fd/\(descriptor)"],
            environment: ["LC_ALL": "C.UTF-8"])
        let all = Self.parse(list)
        guard end.isSuccess, !all.isEmpty else {
            throw ElementError(
                "the keyring '\(file)' holds no public key of PGP",
                hint: "Export the keys with 'gpg --export', armoured or not.")
        }
        keys = all.filter { $0.fault == nil }
        let faults = all.compactMap { key in key.fault.map { "key \(key.fingerprint) \($0)" } }
        guard !keys.isEmpty else {
            throw ElementError(
                "the keyring '\(file)' holds no key that counts: \(faults.joined(separator: ", "))",
                hint: "Get the distribution's new keys and set \(element).keyring.")
        }
        for fault in faults {
            target.log("left out of the keyring '\(file)': \(fault)", level: .warning)
        }
    }

    /// Puts the keys, one by one, into the tree's database: rpm takes only the first of a block.
    func importKeys(into tree: String, _ work: RPMWorkFolder, _ target: RootContext) throws {
        try target.run(
            "/bin/sh",
            ["-ec", Self.importScript, "sh", work.gpg, work.keys, tree] + keys.map(\.fingerprint),
            environment: work.environment)
    }

    /// Whether a key of the file has the identifier, of 8 or 16 digits.
    func has(_ identifier: String) -> Bool {
        let wanted = identifier.uppercased()
        return keys.contains { $0.identifiers.contains { $0.hasSuffix(wanted) } }
    }

    /// The keys in gpg's list with colons (doc/DETAILS of GnuPG).
    static func parse(_ list: String) -> [Key] {
        var keys: [Key] = []
        for line in list.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 9 else { continue }
            switch fields[0] {
            case "pub":
                keys.append(
                    Key(
                        fingerprint: "", identifiers: [String(fields[4])],
                        fault: fault(validity: fields[1], expiry: fields[6])))
            case "sub" where !keys.isEmpty:
                keys[keys.count - 1].identifiers.append(String(fields[4]))
            case "fpr" where keys.last?.fingerprint.isEmpty == true:
                keys[keys.count - 1].fingerprint = String(fields[9])
            default: break
            }
        }
        return keys
    }

    private static func fault(validity: Substring, expiry: Substring) -> String? {
        switch validity {
        case "e":
            var seconds = time_t(expiry) ?? 0
            var parts = tm()
            gmtime_r(&seconds, &parts)
            var text = [CChar](repeating: 0, count: 16)
            strftime(&text, text.count, "%Y-%m-%d", &parts)
            return "expired on "
                + String(decoding: text.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
        case "r": return "was revoked"
        case "d", "i": return "is not valid"
        default: return nil
        }
    }

    private static let listScript = """
        gpg() { command gpg --homedir "$home" --batch --quiet --no-autostart "$@"; }
        home=$1
        gpg --import <"$2" >&2
        gpg --with-colons --list-keys
        """

    private static let importScript = """
        gpg=$1 keys=$2 tree=$3
        shift 3
        for key; do
            gpg --homedir "$gpg" --batch --quiet --no-autostart --armor --export "$key" >"$keys/$key.asc"
            rpmkeys --root "$tree" --import "$keys/$key.asc"
        done
        rpm --root "$tree" --query gpg-pubkey >"$keys/imported"
        """
}
