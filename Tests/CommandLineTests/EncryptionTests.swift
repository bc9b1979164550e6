// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Layouts with LUKS volumes, through the whole program; LayoutBootTests has a Debian that opens its own.
struct EncryptionTests {
    private static let layout = """
        - local_loop: {name: image0, block_size: 4096}
        - partitioning:
            base: image0
            label: gpt
            partitions:
              - {name: vault, size: 330MiB}
              - {name: root, size: rest}
        - luks: {name: safe, base: vault, options: 'luks,noauto'}
        - mkfs: {base: safe, type: xfs, mount: {mount_point: /srv}}
        - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
        """

    private static let files = [
        "install.d/50-files": "mkdir -p /srv; seq 100000 >/srv/numbers",
        "finalise.d/50-late": """
        declare -A DEVICES
        eval "DEVICES=( $IMAGE_BLOCK_DEVICES )"
        [ "$(readlink -f /dev/mapper/safe)" = "${DEVICES[safe]}" ]
        [[ "$(</proc/mounts)" == *"${DEVICES[safe]} /srv xfs "* ]]
        seq 200000 >/srv/late
        """,
    ]

    /// Runs a build whose passphrase comes from a descriptor, and which says all that it can say.
    private func run(_ build: TestBuild, _ folder: FilePath) throws -> Command.Captured {
        var command = build.command(
            ["tiny-os", "files"], formats: "raw,tar",
            options: [
                "-n", "-xx", "--manifest", "--logfile", folder.appending("log").string,
                "--luks-passphrase", "safe=/dev/fd/3",
            ],
            environment: ["DIB_BLOCK_DEVICE_CONFIG": Self.layout])
        let words = [command.program] + command.arguments
        command.program = "bash"
        command.arguments = ["-c", "exec \"$@\" 3<<<'open sesame' 2>&1", "bash"] + words
        return try command.capture()
    }

    @Test func `hooks see what is in a LUKS volume, and nobody sees its key`() throws {
        try TemporaryFolder.with("luks") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("files", Self.files)
            let captured = try run(build, folder)
            try #require(captured.status.isSuccess, "\(captured)")
            #expect(captured.output.contains("not reproducible: mounted for"))
            let tar = build.output.appending("image.tar").string
            let table = try Command("tar", ["-xOf", tar, "./etc/crypttab"]).checkedOutput()
            #expect(table == "safe LABEL=safe none luks,noauto\n")
            // As text and in Base64.
            let texts = ["open sesame", "b3BlbiBzZXNhbWU"].flatMap { ["-e", $0] }
            let found = try Command(
                "grep", ["-rlaF"] + texts + [folder.appending("log").string, build.output.string]
            ).capture()
            #expect(found.status == .exited(1) && found.output == "", "\(found)")
            let shown = ["open sesame", "b3BlbiBzZXNhbWU"].filter(captured.output.contains)
            #expect(shown.isEmpty)
            #expect(try build.leftovers() == [])
            try expectContents(of: build.output.appending("image.raw"), folder, tar)
        }
    }

    /// Reads the first partition, whose place follows from the layout.
    private func expectContents(of image: FilePath, _ folder: FilePath, _ tar: String) throws {
        let volume = folder.appending("volume")
        try Command(
            "dd", ["if=\(image)", "of=\(volume)", "bs=1M", "skip=1", "count=330", "status=none"]
        ).checkedOutput()
        let plain = try DecryptedVolume.decrypt(volume, passphrase: "open sesame")
        let script = """
            set -e
            xfs_repair -n -f "$1" >/dev/null 2>&1
            mkdir "$2/mounted"; mount -o loop,ro,norecovery,nouuid "$1" "$2/mounted"
            trap 'umount "$2/mounted"' EXIT
            cd "$2/mounted"; sha256sum late numbers; cd /
            """
        let found = try Command("bash", ["-c", script, "bash", plain.string, folder.string])
            .checkedOutput()
        let expected = try Command(
            "bash",
            [
                "-c",
                "for name in late numbers; do tar -xOf \"$1\" ./srv/$name | sha256sum | sed \"s/-/$name/\"; done",
                "bash", tar,
            ]
        ).checkedOutput()
        #expect(found == expected && found.split(separator: "\n").count == 2)
    }

    @Test func aPlanShowsTheVolumeAndNoKey() throws {
        try TemporaryFolder.with("luks-plan") { folder in
            let build = try TestBuild(in: folder)
            func plan(_ options: [String]) throws -> String {
                var command = build.command(
                    ["tiny-os"],
                    options: ["-n", "--luks-passphrase", "safe=-"] + options,
                    environment: ["DIB_BLOCK_DEVICE_CONFIG": Self.layout])
                command.arguments[0] = "plan"
                command.standardInput = .text("open sesame\nno more\n")
                return try command.checkedOutput()
            }
            #expect(try plan([]).contains("xfs, label mkfs_safe, in LUKS2 'safe', at /srv"))
            let json = try plan(["--json"])
            #expect(json.contains("\"***\"") && !json.contains("b3Blb"))
        }
    }
}
