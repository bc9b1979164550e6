// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Whole disks that shell hooks finish while they are mounted, read back with sfdisk, e2fsck and od.
@Suite struct MountedImageTests {
    /// Builds out/image.raw, and hands on what the build said.
    private func build(
        _ elements: [String: [String: String]], with others: [String] = [], formats: String = "raw",
        in folder: FilePath, environment: [String: String] = [:]
    ) throws -> (build: TestBuild, outcome: EventStream.Outcome) {
        let build = try TestBuild(in: folder)
        for (name, files) in elements { try build.addElement(name, files) }
        let names = ["tiny-os"] + elements.keys.sorted() + others
        let outcome = try EventStream.run(
            build.command(names, formats: formats, options: ["-n"], environment: environment))
        #expect(outcome.status == .exited(0), "\(outcome.lines)")
        #expect(try build.leftovers() == [])
        return (build, outcome)
    }

    private func bytes(_ image: FilePath, at offset: Int, count: Int) throws -> String {
        try Command("dd", ["if=\(image)", "bs=1", "skip=\(offset)", "count=\(count)"])
            .checkedOutput()
    }

    @Test func aShellBootLoaderSeesTheTableAndItsBootCodeStays() throws {
        try TemporaryFolder.with("disk") { folder in
            let loader = [
                "element-provides": "block-device\nbootloader",
                "finalise.d/50-loader": """
                dd if="$IMAGE_BLOCK_DEVICE" bs=1 skip=510 count=2 2>/dev/null >/etc/signature
                printf 'BOOT CODE' | dd of="$IMAGE_BLOCK_DEVICE" bs=1 conv=notrunc 2>/dev/null
                printf 'CORE' | dd of="$IMAGE_BLOCK_DEVICE" bs=512 seek=1 conv=notrunc 2>/dev/null
                """,
            ]
            let (build, _) = try build(["loader": loader], in: folder)
            let image = build.output.appending("image.raw")
            #expect(try bytes(image, at: 0, count: 9) == "BOOT CODE")
            #expect(try bytes(image, at: 512, count: 4) == "CORE")
            let table = try Command("sfdisk", ["--dump", image.string]).checkedOutput()
            #expect(table.contains("start=        2048"))
            let target = "\(image)?offset=1048576"
            try Command("e2fsck", ["-fn", target]).checkedOutput()
            let seen = try Command("debugfs", ["-R", "stat /etc/signature", target]).checkedOutput()
            #expect(seen.contains("Size: 2"))
            let signature = folder.appending("signature").string
            try Command("debugfs", ["-R", "dump /etc/signature \(signature)", target])
                .checkedOutput()
            #expect(
                try Command("od", ["-An", "-tx1", signature]).checkedOutput()
                    .contains("55 aa"))
        }
    }

    @Test func aNativeBootLoaderIsWrittenAfterTheLastShellHook() throws {
        try TemporaryFolder.with("grub") { folder in
            let grub = [
                "root.d/50-grub": """
                for path in /usr/lib/grub/i386-pc "$(command -v grub-mkimage)" \\
                    $(ldd "$(command -v grub-mkimage)" | grep -o '/[^ ]*'); do
                    mkdir -p "$TARGET_ROOT$(dirname "$path")"
                    cp -RLn "$path" "$TARGET_ROOT$(dirname "$path")"
                done
                for name in debconf-set-selections grub-script-check grub-editenv; do
                    printf '#!/bin/sh\\n' >"$TARGET_ROOT/usr/bin/$name"
                    chmod +x "$TARGET_ROOT/usr/bin/$name"
                done
                touch "$TARGET_ROOT/boot/vmlinuz-1" "$TARGET_ROOT/boot/initrd.img-1"
                """
            ]
            let late = ["finalise.d/99-late": "printf 'OVERWRITTEN' | dd of=$IMAGE_BLOCK_DEVICE"]
            let (build, _) = try build(
                ["grub": grub, "late": late], with: ["vm"], in: folder)
            let image = build.output.appending("image.raw")
            let bootImage = folder.appending("boot.img").string
            let target = "\(image)?offset=1048576"
            try Command(
                "debugfs", ["-R", "dump /boot/grub/i386-pc/boot.img \(bootImage)", target]
            ).checkedOutput()
            // The fields of the boot sector that an installation changes lie behind these.
            try Command("cmp", ["-n", "90", bootImage, image.string]).checkedOutput()
            #expect(
                try Command("sfdisk", ["--dump", image.string]).checkedOutput()
                    .contains("bootable"))
            try Command("e2fsck", ["-fn", target]).checkedOutput()
        }
    }

    @Test func whatAHookDeletedTakesNoRoomInTheImage() throws {
        try TemporaryFolder.with("trim") { folder in
            let heavy = [
                "cleanup.d/50-heavy": """
                head -c 50000000 /dev/urandom >"$TARGET_ROOT/heavy"
                sync "$TARGET_ROOT/heavy"
                rm "$TARGET_ROOT/heavy"
                """
            ]
            let (_, outcome) = try build(["heavy": heavy], in: folder)
            guard case .buildFinished(let report) = outcome.events.last else {
                Issue.record("no report in \(outcome.events)")
                return
            }
            let allocated = try #require(report.artifacts.first).allocated
            #expect(allocated < .mebibytes(40), "\(allocated)")
        }
    }

    @Test(arguments: ["install.d", "cleanup.d"])
    func aSocketThatTheTarLeavesOutIsAWarningOfTheReport(phase: String) throws {
        try TemporaryFolder.with("socket") { folder in
            let socket = [
                "\(phase)/50-x": "true",
                "root.d/90-socket": """
                perl -e 'use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
                    bind(S, pack_sockaddr_un($ARGV[0])) or die $!' "$TARGET_ROOT/etc/s"
                """,
            ]
            let (_, outcome) = try build(["socket": socket], formats: "raw,tar", in: folder)
            guard case .buildFinished(let report) = outcome.events.last else {
                Issue.record("no report in \(outcome.events)")
                return
            }
            let warning = "the archive leaves out 1 socket"
            #expect(report.warnings.contains(warning))
            #expect(outcome.events.contains(.message(level: .warning, text: warning)))
        }
    }
}
