// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The element ubuntu, from a small archive that the test makes and signs.
struct UbuntuTests {
    @Test func `a tree is made of packages`() throws {
        try TemporaryFolder.with("bootstrap-ubuntu") { folder in
            let ubuntu = try DebianFamilyBuild("ubuntu", release: "noble", in: folder)
            // The release by its number, and no mirror of its own for security updates.
            let built = try ubuntu.command(["release": "24.04", "security-mirror": ""]).captureAll()
            #expect(built.status.isSuccess, "\(built.text)")
            #expect(try ubuntu.file("usr/share/others") == "others\n")
            #expect(try ubuntu.file("etc/hostname") == "ubuntu\n")
            #expect(
                try ubuntu.file("etc/apt/sources.list.d/ubuntu.sources") == """
                    Types: deb
                    URIs: http://mirror.example.org/ubuntu
                    Suites: noble noble-updates
                    Components: main universe
                    Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg

                    Types: deb
                    URIs: http://security.ubuntu.com/ubuntu
                    Suites: noble-security
                    Components: main universe
                    Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg

                    """)
            let asked = try TextFile.read(ubuntu.requests)
            #expect(asked.contains("dists/noble-security/InRelease"))
            #expect(asked.contains("dists/noble/universe/binary-"))
            #expect(!built.text.contains("warning:"), "\(built.text)")
            #expect(try ubuntu.build.leftovers() == [])
        }
    }

    /// The tree of an image gets what it lacks, and loses what ties it to a disk or an instance.
    @Test(arguments: [("debian", "bookworm"), ("ubuntu", "noble")])
    func `a tree is made of the cloud image and what it lacks`(
        distribution: String, release: String
    ) throws {
        try TemporaryFolder.with("bootstrap-image") { folder in
            let system = try DebianFamilyBuild(distribution, release: release, in: folder)
            try system.command().checkedOutput()
            let tree = try system.makeOldTree()
            let name = UnpackerBuild.image(of: distribution)
            let image = system.archive.served.appending(name)
            try Self.makeDisk(of: tree, as: image)
            let files = try SignedFiles(in: folder)
            try Command("rmdir", [files.served.string]).checkedOutput()
            try Command("ln", ["-s", system.archive.served.string, files.served.string])
                .checkedOutput()
            try files.sign(name, like: distribution)
            var settings = ["from": "image", "image-folder": ImageServer.address]
            if distribution == "debian" {
                let sum = try Command("sha256sum", [image.string]).checkedOutput()
                settings["image-digest"] = "sha256:" + sum.prefix { $0 != " " }
            } else {
                settings["image-keyring"] = files.keyring.string
            }
            let built = try system.command(settings).captureAll()
            #expect(built.status.isSuccess, "\(built.text)")
            #expect(try system.file("usr/share/others") == "others\n")
            #expect(try system.file("usr/share/old") == "old\n")
            #expect(try system.file("etc/machine-id") == "")
            #expect(try !system.file("etc/fstab").contains("LABEL"))
            let list = try Command("tar", ["-tf", system.tar.string]).checkedOutput()
            for gone in [
                "ssh_host_rsa_key", "grub.cfg", "EFI/shim", "x86_64-efi", "apt/sources.list\n",
            ] {
                #expect(!list.contains(gone), "\(gone)")
            }
            #expect(list.contains("/ssh-host-keys.service"))
            #expect(try system.build.leftovers() == [])
        }
    }

    /// A qcow2 with the tree as an ext4 of the type root in a GPT.
    private static func makeDisk(of tree: FilePath, as image: FilePath) throws {
        let script = """
            cd "$1/.."
            truncate -s 80M root
            mke2fs -q -t ext4 -L cloudimg-rootfs -d "$1" root
            truncate -s 100M raw
            printf 'label: gpt\\n1: start=2048, size=163840, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709\\n' | sfdisk -q raw
            dd if=root of=raw bs=1M seek=1 conv=notrunc,sparse status=none
            qemu-img convert -O qcow2 raw "$2"
            rm raw root
            """
        try Command("bash", ["-ec", script, "bash", tree.string, image.string]).checkedOutput()
    }

    /// A build that must fail, and how.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Done to the archive's folder before.
        var damage = ""
        var settings: [String: String] = [:]
        /// Settings of the build host's apt.
        var apt = ""
        let said: [String]
    }

    /// Signs all indexes anew, with a field that says the first of January of `year`.
    private static func dated(_ field: String, _ year: Int) -> String {
        """
        export GNUPGHOME=$PWD/archive-gnupg
        for folder in www/dists/*; do
            sed -i '/^\(field): /d; /^Codename:/a \(field): Fri, 01 Jan \(year) 00:00:00 UTC' $folder/Release
            gpg --quiet --batch --yes --clearsign --output $folder/InRelease $folder/Release
        done
        gpgconf --kill all
        """
    }

    /// apt's defaults, whatever the files of this machine say: those come after the one that APT_CONFIG names.
    private static let datesMatter =
        "Dir::Etc::Parts /nowhere; Acquire::Check-Date true; Acquire::Check-Valid-Until true;"

    private static let cases = [
        Case(
            testDescription: "a clock that is behind", damage: dated("Date", 2100),
            apt: datesMatter,
            said: [
                "dists/noble/InRelease' was made on 2100-01-01 00:00 UTC, and the build host's clock says 20",
                "Set the build host's clock",
            ]),
        Case(
            testDescription: "an index that nobody renewed", damage: dated("Valid-Until", 2021),
            apt: datesMatter,
            said: [
                "dists/noble/InRelease' expired on 2021-01-01 00:00 UTC, and the build host's clock says 20",
                "ubuntu.mirror",
            ]),
        Case(
            testDescription: "another key",
            damage: """
                export GNUPGHOME=$PWD/stranger; mkdir -m 700 $GNUPGHOME
                gpg --quiet --batch --passphrase '' --quick-generate-key s@example.org ed25519 sign never
                gpg --export s@example.org >archive.gpg; gpgconf --kill all
                """,
            said: ["dists/noble/InRelease' is not signed by a key in '", "ubuntu.keyring"]),
        Case(
            testDescription: "no signature",
            damage: "for suite in www/dists/*; do mv $suite/Release $suite/InRelease; done",
            said: ["dists/noble/InRelease' is not signed by a key in '"]),
        Case(
            testDescription: "an unknown release", settings: ["release": "nobel"],
            said: [
                "Ubuntu has no release 'nobel'",
                "Set ubuntu.release to one of: focal, jammy, noble,", "(as of 2026-11-29)",
            ]),
        Case(
            testDescription: "a dead mirror",
            settings: ["mirror": "http://127.0.0.1:9/ubuntu"],
            said: [
                "cannot get 'http://127.0.0.1:9/ubuntu/dists/noble/InRelease': Could not connect",
                "ubuntu.mirror",
            ]),
        Case(
            testDescription: "a release without support", settings: ["release": "20.04"],
            said: [
                "warning", "Ubuntu focal gets no updates since 2025-05-31",
                "dists/focal/InRelease'",
            ]),
        Case(
            testDescription: "an image that is set and not asked for",
            settings: ["image": "/tmp/image"],
            said: ["parameter 'image' is set, but the tree is made of packages", "ubuntu.from"]),
    ]

    @Test(arguments: cases)
    func `what is not in order is refused with its reason`(refused: Case) throws {
        try TemporaryFolder.with("bootstrap-ubuntu") { folder in
            let ubuntu = try DebianFamilyBuild("ubuntu", release: "noble", in: folder)
            try Command(
                "bash", ["-ec", "cd \"$1\"\n\(refused.damage)", "bash", "\(folder)/archive"]
            ).checkedOutput()
            let settings = folder.appending("apt.conf")
            try TextFile.write(refused.apt, to: settings)
            var command = ubuntu.command(refused.settings)
            command.environment = ProcessEnvironment.current.merging(
                command.environment ?? [:]
            ) { $1 }.merging(["APT_CONFIG": settings.string]) { $1 }
            let (status, text) = try command.captureAll()
            #expect(status == .exited(1))
            for words in refused.said { #expect(text.contains(words), "\(words): \(text)") }
            #expect(try ubuntu.build.outputs().filter { $0.hasSuffix(".tar") } == [])
        }
    }
}
