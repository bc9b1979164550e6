// SPDX-License-Identifier: Apache-2.0

import Audit
import Testing

/// What shows by its form, and what only looks like it.
struct SecretTextTests {
    private static let key = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ
        -----END OPENSSH PRIVATE KEY-----
        """
    private static let encrypted = """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,2B4E

        MIIEowIBAAKCAQEAwJ5Zxv0pQ9Xy
        -----END RSA PRIVATE KEY-----
        """
    private static let openPGP = """
        -----BEGIN PGP PRIVATE KEY BLOCK-----

        lFgEZVx0FhYJKwYBBAHaRw8BAQdA
        -----END PGP PRIVATE KEY BLOCK-----
        """

    @Test(arguments: [
        (key, [AuditRule.privateKey]), (encrypted, [.privateKey]), (openPGP, [.privateKey]),
        (key.replacing("\n", with: "\r\n"), [.privateKey]),
        ("grep -q 'BEGIN RSA PRIVATE KEY' \"$1\" || exit 1\n", []),
        ("echo '-----BEGIN PRIVATE KEY-----'\nexit 0\n", []),
        ("-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEAwJ5Zxv0pQ9Xy\n", []),
        ("key=AKIAIOSFODNN7EXAMPLE\n", [.token]), ("key=AKIASHORT\n", []),
        ("c3NoAKIAIOSFODNN7EXAMPLEabcd\n", []),
        ("GITHUB_TOKEN=ghp_0123456789abcdef0123456789abcdef0123\n", [.token]),
        ("deb https://ada:secret@apt.example.org/debian x main\n", [.token]),
        ("# https://user:password@host/ is understood, too\n", []),
        ("https://example.org/@ada:b\n", []), ("ssh://git@example.org:22/x\n", []),
        ("proxy=http://${USER}:${PASSWORD}@host\n", []), ("http://[::1]:80/a@b\n", []), ("", []),
    ])
    func `secrets are found by their form`(text: String, rules: [AuditRule]) {
        #expect(SecretText.findings(in: Array(text.utf8)).map(\.rule) == rules)
    }

    @Test
    func `bytes that are no text are looked through like others`() {
        let noise = (0..<70000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 7)) }
        #expect(SecretText.findings(in: noise).isEmpty)
        #expect(SecretText.findings(in: noise + Array(Self.key.utf8)).map(\.rule) == [.privateKey])
    }

    @Test(arguments: [
        ("root:$6$x$y:1:0:9:7:::", ["the hash of a password of 'root'"]),
        ("root:!$6$x$y:1:0:9:7:::", ["the hash of a password of 'root'"]),
        ("root::1:0:9:7:::", ["'root' needs no password"]), ("root:*:1::::::", []),
        ("root:!:1::::::", []), ("root:!!:1::::::", []), ("root:!*:1::::::", []),
        ("root:x:0:0:root:/root:/bin/sh", []),
        ("old:ab0123456789A:1::::::", ["the hash of a password of 'old'"]), ("noise", []),
    ])
    func `accounts without a lock are found`(line: String, weaknesses: [String]) {
        #expect(AccountFiles.weaknesses(of: line + "\n", file: "etc/shadow") == weaknesses)
    }

    @Test(arguments: [
        ("root/.bash_history", [AuditRule.history]), ("home/ada/.netrc", [.token]),
        ("home/ada/x/.netrc", []), ("home/gone/.netrc", [.token]),
        ("etc/ssh/ssh_host_rsa_key", [.hostKey]),
        ("etc/ssh/ssh_host_rsa_key.pub", []), ("var/log/apt/history.log", [.log]),
        ("var/log", []), ("srv/app/.ssh/authorized_keys", [.authorizedKey]), ("usr/lib/x", []),
    ])
    func `paths break the rules that they should`(path: String, rules: [AuditRule]) {
        let homes: Set<String> = ["root", "home/ada", "srv/app"]
        #expect(PathRules.findings(at: path, homes: homes).map(\.rule) == rules)
    }
}
