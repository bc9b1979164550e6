// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage

/// Keys that are made once for a test's folder, and checksum files that are signed by them as distributions do it.
struct SignedFiles {
    let folder: FilePath
    /// The keyring that a build is given.
    var keyring: FilePath { folder.appending("keys.gpg") }
    /// The same as text.
    var armouredKeyring: FilePath { folder.appending("keys.asc") }
    /// What is served.
    var served: FilePath { folder.appending("www") }

    /// Makes the keys of "vendor", whose key is in the keyring, of "expired", whose key is there as well, and of
    /// "stranger".
    init(in folder: FilePath) throws {
        self.folder = folder
        try run(
            """
            mkdir -p www; mkdir -m 700 gnupg
            for who in vendor stranger; do
                gpg --quiet --batch --passphrase '' --quick-generate-key "$who@example.org" ed25519 sign never
            done
            gpg --quiet --batch --passphrase '' --faked-system-time 20200101T000000 \\
                --quick-generate-key expired@example.org ed25519 sign 2020-02-01
            gpg --export vendor@example.org expired@example.org >keys.gpg
            { gpg --armor --export vendor@example.org; gpg --armor --export expired@example.org; } >keys.asc
            """)
    }

    /// Writes and signs the checksum file of `image` in the way of a distribution.
    func sign(_ image: String, like distribution: String, by who: String = "vendor") throws {
        let form = Self.forms[distribution] ?? ""
        try run(
            """
            cd www
            sign() {
                if [ "$who" = expired ]; then set -- --faked-system-time 20200115T000000 "$@"; fi
                gpg --quiet --batch --yes --local-user "$who@example.org" "$@"
            }
            image=$1 who=$2
            \(form)
            """, image, who)
    }

    /// The checksum files of distributions, as they were in 2026.
    private static let forms = [
        // Signed as a mirror of one's own may do it; Debian does not.
        "debian": """
        sha512sum "$image" >SHA512SUMS
        sign --armor --output SHA512SUMS.sign --detach-sign SHA512SUMS
        """,
        "ubuntu": """
        { sha256sum --binary "$image"; sha256sum --binary /bin/true | sed 's|/bin/true|other.img|'; } >SHA256SUMS
        sign --armor --output SHA256SUMS.gpg --detach-sign SHA256SUMS
        """,
        "fedora": """
        sum=$(sha256sum "$image" | cut -d ' ' -f 1)
        printf '# %s: %s bytes\\nSHA256 (%s) = %s\\n' "$image" "$(stat -c %s "$image")" "$image" "$sum" >plain
        sign --output Fedora-Cloud-41-1.4-x86_64-CHECKSUM --clearsign plain
        rm plain
        """,
        "opensuse": """
        sha256sum "$image" | sed 's/x86_64-Cloud/x86_64-15.6.0-Cloud-Build19.70/' >"$image.sha256"
        sign --armor --output "$image.sha256.asc" --detach-sign "$image.sha256"
        """,
        "centos": """
        printf '# %s: 1 bytes\\nSHA256 (%s) = %s\\n' "$image" "$image" "$(sha256sum "$image" | cut -d ' ' -f 1)" >CHECKSUM
        sign --armor --output CHECKSUM.asc --detach-sign CHECKSUM
        """,
        "almalinux": """
        { echo 'd41d8cd98f00b204e9800998ecf8427e  weak'; sha256sum "$image"; } >CHECKSUM
        sign --output CHECKSUM.asc --detach-sign CHECKSUM
        """,
    ]

    /// Runs lines of shell in the folder.
    @discardableResult
    func run(_ script: String, _ arguments: String...) throws -> String {
        let lines = """
            set -eu -o pipefail
            cd "$1"
            export GNUPGHOME="$PWD/gnupg"
            shift
            \(script)
            gpgconf --homedir "$GNUPGHOME" --kill all
            """
        return try Command("bash", ["-c", lines, "bash", folder.string] + arguments)
            .checkedOutput()
    }
}
