// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Finds out by gpgv whether a checksum file is signed by a key of a keyring.
struct ChecksumSignature {
    let target: RootContext
    /// The keyring's path on the build host, read with the user's rights.
    let keyring: String
    /// What to do about a key that is missing.
    let hint: String

    private static let beginning = "-----BEGIN PGP SIGNED MESSAGE-----"

    /// Whether a checksum file has its signature in itself.
    static func isClearsigned(_ text: String) -> Bool { text.hasPrefix(beginning) }

    /// The text that is signed.
    ///
    /// Of a clearsigned file that is what stands between the marks, and no line that somebody put before or after them.
    ///
    /// - Parameters:
    ///   - file: The checksum file on the build host.
    ///   - signature: Its detached signature; nil when it is clearsigned.
    ///   - name: What to call the checksum file in errors.
    /// - Returns: The signed text.
    /// - Throws: `ElementError` that tells an expired key, an unknown key, a changed file and a file that is no signature
    ///   apart.
    func text(of file: String, signature: String?, name: ImagePlace) throws -> String {
        let scratch = try target.requiredValue(of: .scratchFolder)
        let keys = scratch + "/image-keyring.gpg"
        let signed = scratch + "/image-checksums"
        try writeKeys(to: keys)
        let program = ["--status-fd", "1", "--keyring", keys]
        let files =
            signature.map { [$0, file] } ?? ["--output", signed, file]
        try target.run("rm", ["-f", "--", signed])
        let (_, status) = try target.result(of: "gpgv", program + files)
        try judge(status, name)
        return try target.output(of: "cat", ["--", signature == nil ? signed : file])
    }

    /// Writes the keys in the form that gpgv reads, whatever their file's form is.
    private func writeKeys(to path: String) throws {
        guard let descriptor = try target.openUserFile(keyring) else {
            throw ElementError("there is no keyring '\(keyring)'", hint: hint)
        }
        try OpenFile(descriptor).withPath {
            try target.run("/bin/sh", ["-c", Self.keyScript, "sh", $0, path])
        }
    }

    /// A keyring may be several armoured blocks; each is decoded by itself.
    private static let keyScript = """
        set -eu
        : >"$2"
        if ! grep -q '^-----BEGIN PGP PUBLIC KEY BLOCK' "$1"; then
            cat "$1" >"$2"
            exit
        fi
        awk -v decode="base64 -d >>'$2'" '
            /^-----END PGP/ { close(decode); body = 0 }
            body && !/^=/ { print | decode }
            /^[[:space:]]*$/ && block { body = 1; block = 0 }
            /^-----BEGIN PGP PUBLIC/ { block = 1 }
        ' "$1"
        """

    /// gpgv's exit status says less than its status lines, doc/DETAILS of GnuPG.
    private func judge(_ status: String, _ name: ImagePlace) throws {
        let words = Set(
            status.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                return words.first == "[GNUPG:]" && words.count > 1 ? String(words[1]) : nil
            })
        if words.contains("BADSIG") {
            throw ElementError(
                "'\(name)' is not what was signed: it was changed afterwards",
                hint: "Do not use the image; tell those who run the server.")
        }
        if words.isSuperset(of: ["GOODSIG", "VALIDSIG"]) { return }
        if words.contains("EXPKEYSIG") || words.contains("KEYEXPIRED") {
            throw ElementError(
                "the key of '\(keyring)' that signed '\(name)' has expired", hint: hint)
        }
        if words.contains("REVKEYSIG") {
            throw ElementError(
                "the key of '\(keyring)' that signed '\(name)' was revoked", hint: hint)
        }
        if words.contains("EXPSIG") {
            throw ElementError("the signature of '\(name)' has expired", hint: hint)
        }
        if words.contains("NO_PUBKEY") || words.contains("ERRSIG") {
            throw ElementError("'\(name)' is not signed by a key in '\(keyring)'", hint: hint)
        }
        throw ElementError(
            "'\(name)' has no signature that gpgv can read",
            hint: "Look at the file; the log holds gpgv's own message.")
    }
}
