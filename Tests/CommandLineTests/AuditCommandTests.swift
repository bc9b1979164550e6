// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// `dibhost audit`, of images in several formats, and what it says.
@Suite struct AuditCommandTests {
    private static let host = "build-7.example.org"

    private struct Document: Decodable {
        struct Finding: Decodable {
            var rule: String
            var severity: String
            var place: String
            var path: String
        }
        var findings: [Finding]
        var notes: [String]
        var errors: Int
    }

    /// Plants leaks in a tree, and returns "RULE PATH" of each.
    private static func plant(_ tree: FilePath) throws -> Set<String> {
        let script = BuiltProducts.repository.appending("Tests/AuditTests/plant")
        let output = try Command("bash", [script.string, tree.string, host]).checkedOutput()
        try TextFile.write("LABEL=boot /boot ext4 defaults 0 2\n", to: tree.appending("etc/fstab"))
        return Set(output.split(separator: "\n").map(String.init))
    }

    private static func document(_ run: DibhostRun) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
    }

    /// Makes an image of "$1/tree" as "$1/image".
    private static let recipes: [String: String] = [
        "ext4": "mke2fs -q -t ext4 -d tree image 64M",
        "btrfs": "truncate -s 128M image; mkfs.btrfs -q --rootdir tree image",
        "xfs":
            "truncate -s 320M image; mkfs.xfs -q image; mkdir at; mount -o loop image at; cp -a tree/. at; umount at",
        "btrfs-subvolume":
            "truncate -s 128M image; mkfs.btrfs -q image; mkdir at; mount -o loop image at; btrfs -q subvolume create at/root; cp -a tree/. at/root; umount at",
        "squashfs": "mksquashfs tree image -quiet -no-progress >&2",
        "qcow2": "mke2fs -q -t ext4 -d tree raw 64M; qemu-img convert -O qcow2 -c raw image",
        "vmdk": "mke2fs -q -t ext4 -d tree raw 64M; qemu-img convert -O vmdk raw image",
        "gpt": """
        truncate -s 100M image
        printf 'label: gpt\\nstart=2048, size=32768\\nstart=34816, size=131072\\nsize=16384, type=swap\\n' | sfdisk -q image
        mkdir -p boot/loader; head -c 512 /dev/urandom >boot/loader/random-seed
        mke2fs -q -t ext4 -L boot -d boot -E offset=1048576 image 16M
        mke2fs -q -t ext4 -L root -d tree -E offset=17825792 image 64M
        """,
    ]

    @Test(arguments: recipes.keys.sorted())
    func `leaks in an image are found`(kind: String) throws {
        try TemporaryFolder.with("audit") { folder in
            var planted = try Self.plant(folder.appending("tree"))
            let recipe = "cd \"$1\"; " + (Self.recipes[kind] ?? "false")
            try Command("/bin/sh", ["-ec", recipe, "sh", folder.string]).checkedOutput()
            if kind == "gpt" { planted.insert("random-seed /boot/loader/random-seed") }
            let before = try Command("sha256sum", [folder.appending("image").string])
                .checkedOutput()
            let run = try DibhostRun(
                ["audit", "--json", "--host-name", Self.host, "image"], in: folder,
                environment: ["TMP_DIR": folder.string])
            #expect(run.status == .exited(1), "\(run.errors)")
            let document = try Self.document(run)
            #expect(Set(document.findings.map { "\($0.rule) \($0.path)" }) == planted)
            let after = try Command("sha256sum", [folder.appending("image").string]).checkedOutput()
            #expect(before == after)
            let left = try Command("ls", [folder.string]).checkedOutput()
            #expect(!left.contains("dibhost-audit"))
            let loops = try Command("losetup", ["--list", "--output", "BACK-FILE"]).checkedOutput()
            #expect(!loops.contains(folder.string))
        }
    }

    @Test
    func `the Debian of the build has nothing but the key of who built it`() throws {
        let image = try SharedImage.shared()
        try TemporaryFolder.with("audit") { folder in
            let run = try DibhostRun(["audit", "--json", image.qcow2.string], in: folder)
            #expect(run.status == .exited(0), "\(run.output)\(run.errors)")
            let document = try Self.document(run)
            #expect(document.errors == 0)
            #expect(
                document.findings.map { "\($0.rule) \($0.path) \($0.place)" } == [
                    "authorized-key /root/.ssh/authorized_keys metadata-provided"
                ])
            let strict = try DibhostRun(["audit", "--strict", image.raw.string], in: folder)
            #expect(strict.status == .exited(1))
            #expect(strict.output.contains("personal: do not distribute"))
            let allowed = try DibhostRun(
                ["audit", "--strict", "--allow", "authorized-key", image.raw.string], in: folder)
            #expect(allowed.status == .exited(0))
        }
    }

    @Test
    func `what is no image of a system is refused`() throws {
        try TemporaryFolder.with("audit") { folder in
            let script = """
                cd "$1"; mkdir tree empty
                head -c 3000000 /dev/urandom >noise
                mke2fs -q -t ext4 -d empty empty.raw 8M
                mkdir -p tree/etc tree/usr; echo x >tree/etc/os-release; head -c 9000000 /dev/urandom >tree/usr/noise
                mke2fs -q -t ext4 -d tree cut.raw 64M; truncate -s 1M cut.raw
                mke2fs -q -t ext4 -d tree raw 64M; qemu-img convert -O qcow2 raw cut.qcow2; truncate -s 300000 cut.qcow2
                """
            try Command("/bin/sh", ["-ec", script, "sh", folder.string]).checkedOutput()
            for (file, status, message) in [
                ("noise", 2, "has no file system with /etc/passwd"),
                ("empty.raw", 2, "has no file system with /etc/passwd"),
                ("cut.raw", 1, "cannot mount the image, ext4"),
                ("cut.qcow2", 1, "is damaged or cut short"),
                ("nowhere", 2, "cannot look at 'nowhere'"),
            ] {
                let run = try DibhostRun(
                    ["audit", file], in: folder, environment: ["TMP_DIR": folder.string])
                #expect(run.status == .exited(Int32(status)), "\(file): \(run.errors)")
                #expect(run.errors.contains(message), "\(file): \(run.errors)")
                #expect(!run.errors.contains("Fatal"), "\(file): \(run.errors)")
            }
            let rule = try DibhostRun(["audit", "--allow", "lese", "tree"], in: folder)
            #expect(rule.status == .exited(2) && rule.errors.contains("Did you mean 'lease'?"))
        }
    }

    @Test
    func `a million empty files take neither memory nor patience`() throws {
        try TemporaryFolder.with("audit") { folder in
            let script = """
                mkdir "$1/tree"; mount -t tmpfs -o nr_inodes=1200000 tmpfs "$1/tree"; cd "$1/tree"; mkdir etc
                python3 -c '
                import os
                for folder in range(1000):
                    os.mkdir(str(folder))
                    for file in range(1000):
                        os.close(os.open(f"{folder}/{file}", os.O_CREAT | os.O_WRONLY))
                '
                exec python3 -c '
                import resource, subprocess, sys
                status = subprocess.run([sys.argv[1], "audit", "."]).returncode
                peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
                sys.exit(status or (peak > 100_000 and f"{peak} KiB"))
                ' "$2"
                """
            let command = Command(
                "unshare",
                [
                    "--mount", "/bin/sh", "-ec", script, "sh", folder.string,
                    BuiltProducts.dibhost.string,
                ])
            let captured = try command.capture(limits: .init(deadline: .seconds(100)))
            #expect(captured.status == .exited(0), "\(captured.errorLines)")
            #expect(captured.output.hasSuffix("0 errors, 0 warnings\n"))
        }
    }
}
