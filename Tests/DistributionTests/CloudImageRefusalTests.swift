// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A cloud image that must not become a tree, and what the user is told.
struct CloudImageRefusalTests {
    /// One reason not to take an image.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var distribution = "ubuntu"
        /// Who signs.
        var signer = "vendor"
        /// What is done afterwards to what is served; `$image` is its name.
        var damage = ""
        var settings: [String] = []
        /// What the output holds, `$address` for the server's.
        let said: [String]
    }

    private static let cases = [
        Case(
            testDescription: "an image that was exchanged", damage: "echo more >>\"$image\"",
            said: ["/noble-server-cloudimg-amd64.img' has the digest 'sha256:", "not 'sha256:"]),
        Case(
            testDescription: "an image that was cut off", damage: "truncate -s 300000 \"$image\"",
            said: ["has the digest 'sha256:", "(300000 bytes), not 'sha256:"]),
        Case(
            testDescription: "a checksum file that was changed",
            damage: "sed -i 's/other/another/' SHA256SUMS",
            said: ["/SHA256SUMS' is not what was signed: it was changed afterwards"]),
        Case(
            testDescription: "a clearsigned file that was changed", distribution: "fedora",
            damage: "sed -i 's/bytes/octets/' *CHECKSUM",
            said: ["-CHECKSUM' is not what was signed: it was changed afterwards"]),
        Case(
            testDescription: "a line before the signed ones", distribution: "fedora",
            damage: """
                echo more >>"$image"
                sed -i "1i SHA256 ($image) = $(sha256sum "$image" | cut -d ' ' -f 1)" *CHECKSUM
                """,
            said: ["the checksum file", "-CHECKSUM' is not signed"]),
        Case(
            testDescription: "a line after the signed ones", distribution: "fedora",
            damage: """
                echo more >>"$image"
                echo "SHA256 ($image) = $(sha256sum "$image" | cut -d ' ' -f 1)" >>"$(echo *CHECKSUM)"
                """,
            said: ["has the digest 'sha256:", "not 'sha256:"]),
        Case(
            testDescription: "a stranger's signature", signer: "stranger",
            said: ["/SHA256SUMS' is not signed by a key in '", "Install ubuntu-keyring"]),
        Case(
            testDescription: "a stranger's signature in the file", distribution: "fedora",
            signer: "stranger", said: ["-CHECKSUM' is not signed by a key in '"]),
        Case(
            testDescription: "a key that has expired", signer: "expired",
            said: ["that signed '", "/SHA256SUMS' has expired"]),
        Case(
            testDescription: "no signature", damage: "rm SHA256SUMS.gpg",
            said: ["the checksum file '", "/SHA256SUMS' is not signed", "ubuntu.image-signature"]),
        Case(
            testDescription: "something else in place of the signature",
            damage: "echo '<html>' >SHA256SUMS.gpg",
            said: ["/SHA256SUMS' has no signature that gpgv can read"]),
        Case(
            testDescription: "no checksum file", damage: "rm SHA256SUMS",
            said: ["there is no checksum file '", "ubuntu.image-digest"]),
        Case(
            testDescription: "no digest of the image", settings: ["image-file=elsewhere.img"],
            said: ["/SHA256SUMS' has no SHA-256 or SHA-512 digest of 'elsewhere.img'"]),
        Case(
            testDescription: "no image", damage: "rm \"$image\"",
            said: ["cannot get '", "cloudimg-amd64.img': the server answered 404 after 1 try"]),
        Case(
            testDescription: "a distribution that does not sign", distribution: "debian",
            settings: ["image-keyring="],
            said: [
                "nobody vouches for the image '", "Debian does not sign its checksums",
                "debian.image-digest",
            ]),
        Case(
            testDescription: "no keyring", distribution: "fedora", settings: ["image-keyring="],
            said: ["no keyring is set for the checksums of the image '", "fedora.gpg"]),
        Case(
            testDescription: "a keyring that is not there",
            settings: ["image-keyring=/nonexistent.gpg"],
            said: ["there is no keyring '/nonexistent.gpg'"]),
        Case(
            testDescription: "another digest than the pinned one",
            settings: ["image-digest=sha256:" + String(repeating: "0", count: 64)],
            said: ["has the digest 'sha256:", "not 'sha256:0000"]),
        Case(
            testDescription: "a digest that is none", settings: ["image-digest=sha256:123"],
            said: ["parameter 'ubuntu.image-digest': 'sha256:123' is no digest"]),
        Case(
            testDescription: "a release without a known image", distribution: "fedora",
            settings: ["image-folder=", "release=17"],
            said: ["no cloud image of Fedora '17' is known", "fedora.image"]),
        Case(
            testDescription: "a server that is not there",
            settings: ["image-folder=http://127.0.0.1:9"],
            said: [
                "cannot get 'http://127.0.0.1:9/SHA256SUMS': nobody answers there (curl: 7) after 2 tries"
            ]),
        Case(
            testDescription: "a dead server and a pinned digest",
            settings: [
                "image=http://user:word@127.0.0.1:9/a.img",
                "image-digest=sha256:" + String(repeating: "0", count: 64),
            ],
            said: [
                "cannot get 'http://***@127.0.0.1:9/a.img': nobody answers there (curl: 7) after 2 tries"
            ]),
    ]

    @Test(arguments: cases)
    func `an image that nobody vouches for is refused`(refused: Case) throws {
        try TemporaryFolder.with("refused") { folder in
            let unpacker = try UnpackerBuild(in: folder)
            let image = UnpackerBuild.image(of: refused.distribution)
            try ImageLayouts.make(
                "tar in xz", in: folder, as: unpacker.served(refused.distribution))
            try unpacker.files.sign(image, like: refused.distribution, by: refused.signer)
            try unpacker.files.run("cd www; image=$1\n\(refused.damage)\ncd ..", image)
            let (status, said) = try unpacker.command(refused.distribution, refused.settings)
                .captureAll()
            #expect(status == .exited(1))
            for words in refused.said { #expect(said.contains(words), "\(words): \(said)") }
            #expect(!said.contains("user:word"))
            #expect(try unpacker.build.outputs().filter { $0.hasSuffix(".tar") } == [])
            if refused.settings.isEmpty { #expect(try unpacker.keptFiles() == []) }
        }
    }

    @Test(arguments: [
        ("logical volume", "is on a logical volume of LVM, which is not read"),
        ("no system", "holds an operating system; its partitions hold: ext4"),
        ("backing file", "are in another file"),
    ])
    func `an image without a root file system of its own is refused`(
        layout: String, said: String
    ) throws {
        try TemporaryFolder.with("refused") { folder in
            let unpacker = try UnpackerBuild(in: folder)
            let image = folder.appending("image")
            try ImageLayouts.make(layout, in: folder, as: image)
            let (status, text) = try unpacker.plainCommand(
                "debian", ["image=\(image)", "accept-unsigned-image=true"]
            ).captureAll()
            #expect(status == .exited(1))
            #expect(text.contains(said), "\(text)")
            #expect(text.contains("accept-unsigned-image is set"))
            #expect(try unpacker.build.leftovers() == [])
        }
    }
}
