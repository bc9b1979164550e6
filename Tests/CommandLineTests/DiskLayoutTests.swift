// SPDX-License-Identifier: Apache-2.0

import Builder
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Disk layouts from a configuration to an image, through the whole program.
struct DiskLayoutTests {
    private static let efi = """
        - local_loop:
            name: image0
            partitioning:
              label: gpt
              partitions:
                - name: ESP
                  type: 'EF00'
                  size: 40MiB
                  mkfs:
                    type: vfat
                    mount: {mount_point: /boot/efi, fstab: {options: umask=0077, fsck-passno: 2}}
                - {name: swap, type: '8200', size: 8MiB, mkfs: {type: swap, mount: {mount_point: swap, fstab: {}}}}
                - name: root
                  size: 100%
                  mkfs:
                    mount: {mount_point: /, fstab: {fsck-passno: 1}}
        """

    @Test func `an element's layout becomes the disk, and its mounts /etc/fstab`() throws {
        try TemporaryFolder.with("layout") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "efi-disk",
                [
                    "block-device-default.yaml": Self.efi, "element-provides": "block-device",
                    "post-install.d/50-boot":
                        "mkdir -p /boot/efi/EFI/BOOT; echo loader > /boot/efi/EFI/BOOT/BOOTX64.EFI",
                ])
            let outcome = try EventStream.run(
                build.command(["tiny-os", "efi-disk"], formats: "raw,tar", options: ["-n"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let image = build.output.appending("image.raw").string
            let table = try Command("sfdisk", ["--dump", image]).checkedOutput()
            #expect(table.contains("C12A7328-F81F-11D2-BA4B-00A0C93EC93B"))
            #expect(table.contains("start=        2048, size=       81920"))
            let files = Command(
                "mtype", ["-i", image + "@@1M", "::/EFI/BOOT/BOOTX64.EFI"],
                environment: ProcessEnvironment.current.merging(["MTOOLSRC": "/dev/null"]) { $1 })
            #expect(try files.checkedOutput() == "loader\n")
            let root = (1 + 40 + 8) << 20
            let mounts = Command(
                "debugfs", ["-R", "cat /etc/fstab", image + "?offset=\(root)"])
            #expect(
                try mounts.checkedOutput().hasSuffix(
                    """
                    LABEL=cloudimg-rootfs / ext4 defaults 0 1
                    LABEL=MKFS_ESP /boot/efi vfat umask=0077 0 2
                    LABEL=mkfs_swap none swap sw 0 0

                    """))
            // The archive holds the whole tree, the file system of "/" only an empty folder.
            let names = try Command(
                "tar", ["-tf", build.output.appending("image.tar").string]
            ).checkedOutput()
            #expect(names.contains("./boot/efi/EFI/BOOT/BOOTX64.EFI\n"))
            let inner = try Command(
                "debugfs", ["-R", "ls -p /boot/efi", image + "?offset=\(root)"]
            ).checkedOutput()
            #expect(!inner.contains("EFI"))
            #expect(try build.leftovers().isEmpty)
        }
    }

    private static let threeDisks = """
        - local_loop: {name: image0}
        - local_loop: {name: data, mkfs: {type: ext4, mount: {mount_point: /srv, fstab: {}}}}
        - local_loop: {name: logs, directory: elsewhere}
        - partitioning: {base: image0, label: gpt, partitions: [{name: root, size: rest}]}
        - partitioning: {base: logs, label: mbr, partitions: [{name: p, size: rest, flags: [primary]}]}
        - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
        - mkfs: {base: p, type: ext4, mount: {mount_point: /var/log}}
        """

    @Test func `each disk of a layout is written in each format, with all that goes with it`()
        throws
    {
        try TemporaryFolder.with("disks") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "files", ["post-install.d/50-files": "mkdir -p /srv; echo kept > /srv/file"])
            let logs = folder.appending("elsewhere")
            let command = build.command(
                ["tiny-os", "files"], formats: "qcow2,raw,tar",
                options: ["-n", "--bmap", "--manifest", "--checksum"],
                environment: ["DIB_BLOCK_DEVICE_CONFIG": Self.threeDisks])
            let refused = try command.capture()
            #expect(
                refused.errorLines.prefix(1)
                    == ["dibhost: error: output folder 'elsewhere' does not exist"])
            try Command("mkdir", [logs.string]).checkedOutput()
            try command.checkedOutput()
            #expect(try build.leftovers().isEmpty)
            let files =
                try FolderListing.entries(of: build.output).map(\.name)
                + FolderListing.entries(of: logs).map(\.name)
            let images = ["image", "image-data", "logs"].flatMap { name in
                ["bmap", "qcow2", "raw"].map { "\(name).\($0)" }
            }
            let others = ["image.tar", "image.manifest.json"]
            #expect(
                files.sorted()
                    == (images + others).flatMap { name in
                        ["", ".md5", ".sha256"].map { name + $0 }
                    }.sorted())
            for place in [build.output.appending("image-data"), logs.appending("logs")] {
                try Command(
                    "qemu-img", ["compare", "\(place).qcow2", "\(place).raw"]
                ).checkedOutput()
                var check = Command("sha256sum", ["--check", "\(place).qcow2.sha256"])
                check.workingDirectory = folder
                try check.checkedOutput()
            }
            let data = build.output.appending("image-data.raw").string
            #expect(try Command("debugfs", ["-R", "cat /file", data]).checkedOutput() == "kept\n")
            let disks = Command(
                "jq",
                [
                    "-c", "[.artifacts[] | select(.format == \"raw\") | [.name, .disk]]",
                    build.output.appending("image.manifest.json").string,
                ])
            #expect(
                try disks.checkedOutput()
                    == #"[["image.raw",null],["image-data.raw","data"],["logs.raw","logs"]]"# + "\n"
            )
        }
    }

    @Test
    func `an XFS is filled in the build's own namespaces, and the report says what that costs`()
        throws
    {
        try TemporaryFolder.with("xfs") { folder in
            let build = try TestBuild(in: folder)
            let outcome = try EventStream.run(
                build.command(
                    ["tiny-os"], options: ["-n"], environment: ["FS_TYPE": "xfs"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let said = "not reproducible: xfs is filled while it is mounted"
            #expect(outcome.lines.contains { $0.contains(said) }, "\(outcome.lines)")
            let image = build.output.appending("image.raw").string
            try Command("xfs_repair", ["-n", "-f", image]).checkedOutput()
            let label = try Command(
                "blkid", ["-p", "-o", "value", "-s", "LABEL", image]
            ).checkedOutput()
            #expect(label == "img-rootfs\n")
            #expect(try build.leftovers().isEmpty)
            try expectThatABuildWorks(beside: image, in: folder)
        }
    }

    /// XFS does not mount two file systems with one id, and the same inputs give the same id.
    private func expectThatABuildWorks(beside image: String, in folder: FilePath) throws {
        let script = """
            mkdir mounted
            mount -o loop,nouuid "$1" mounted
            shift
            "$@"
            """
        let build = try TestBuild(in: folder.appending("again"))
        let command = build.command(
            ["tiny-os"], options: ["-n"], environment: ["FS_TYPE": "xfs"])
        var both = Command(
            "unshare",
            ["--mount", "sh", "-euc", script, "sh", image, command.program] + command.arguments,
            environment: command.environment)
        both.workingDirectory = folder
        try both.checkedOutput()
        let ids = try [image, build.output.appending("image.raw").string].map {
            try Command("blkid", ["-p", "-o", "value", "-s", "UUID", $0]).checkedOutput()
        }
        #expect(ids[0] == ids[1])
    }

    @Test func `a shell hook of the last phases works on the root file system of a layout`() throws
    {
        try TemporaryFolder.with("layout-mounted") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("late", ["finalise.d/50-late": "echo late > /etc/late"])
            let layout = """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: gpt
                    partitions:
                      - {name: swap, size: 8MiB, mkfs: {type: swap}}
                      - {name: root, size: 100%, mkfs: {name: mkfs_root, mount: {mount_point: /}}}
                """
            try build.command(
                ["tiny-os", "late"], options: ["-n"],
                environment: ["DIB_BLOCK_DEVICE_CONFIG": layout]
            ).checkedOutput()
            let image = build.output.appending("image.raw").string + "?offset=\(9 << 20)"
            let text = try Command("debugfs", ["-R", "cat /etc/late", image]).checkedOutput()
            #expect(text.contains("late\n"))
            try Command("e2fsck", ["-fn", image]).checkedOutput()
            #expect(try build.leftovers().isEmpty)
        }
    }

    @Test func `the plan shows the layout with its places`() throws {
        try TemporaryFolder.with("layout-plan") { folder in
            let build = try TestBuild(in: folder)
            var command = build.command(
                ["tiny-os"], options: ["-n", "--image-size", "1"],
                environment: ["DIB_BLOCK_DEVICE_CONFIG": Self.efi])
            command.arguments[0] = "plan"
            let text = try command.checkedOutput()
            let layout = text.split(separator: "\n").drop { $0 != "layout" }.prefix {
                $0 != "outputs"
            }
            let shown = layout.map {
                $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            }
            let expected = """
                layout
                read from DIB_BLOCK_DEVICE_CONFIG
                image0 gpt 1.0 GiB
                1 ESP EF00 40.0 MiB at 1.0 MiB, 41943040 bytes vfat, label MKFS_ESP, at /boot/efi \
                (umask=0077, pass 2)
                2 swap 8200 8.0 MiB at 41.0 MiB, 8388608 bytes swap, label mkfs_swap
                3 root 8300 100 % at 49.0 MiB, 1021313024 bytes ext4, label cloudimg-rootfs, at / \
                (defaults, pass 1)
                boot loader no
                root grows to 64TiB at most: then its inodes use up their numbers of 32 bits
                """
            #expect(shown.joined(separator: "\n") == expected)
        }
    }

    @Test func `the layout that the README shows can be planned`() throws {
        let readme = try TextFile.read(BuiltProducts.repository.appending("README.md"))
        let block = try #require(
            readme.components(after: "```yaml\n").first { $0.contains("local_loop") })
        try TemporaryFolder.with("layout-readme") { folder in
            var command = try TestBuild(in: folder).command(
                ["tiny-os"], options: ["-n"], environment: ["DIB_BLOCK_DEVICE_CONFIG": block])
            command.arguments[0] = "plan"
            let text = try command.checkedOutput()
            #expect(text.contains("ext4, label cloudimg-rootfs, at / (defaults, pass 1)"))
            // The second block takes the place of the lines behind the partitions.
            let volumes = try #require(
                readme.components(after: "```yaml\n").first { $0.hasPrefix("- lvm:") })
            let lines = block.split(separator: "\n").prefix { !$0.hasPrefix("- mkfs") }
            let table = lines.joined(separator: "\n").replacing("size: 100%", with: "size: auto")
            command.environment?["DIB_BLOCK_DEVICE_CONFIG"] = table + "\n" + volumes
            let groups = try command.checkedOutput()
            #expect(groups.contains("group") && groups.contains("50 % of the group"), "\(groups)")
            // The third block has its place on a partition 'data'.
            let encrypted = try #require(
                readme.components(after: "```yaml\n").first { $0.hasPrefix("- luks:") })
            let root = "      - {name: root, "
            command.environment?["DIB_BLOCK_DEVICE_CONFIG"] =
                block.replacing(root, with: "      - {name: data, size: 99MiB}\n" + root)
                + encrypted
            command.arguments += ["--luks-passphrase", "safe=-"]
            command.standardInput = .text("open sesame\n")
            let shown = try command.checkedOutput()
            #expect(shown.contains("ext4, label mkfs_safe, in LUKS2 'safe', at /srv"), "\(shown)")
        }
    }
}

extension String {
    /// The texts between each `opening` and the next fence.
    fileprivate func components(after opening: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let start = rest.firstRange(of: opening) {
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "```") else { break }
            found.append(String(rest[..<end.lowerBound]))
        }
        return found
    }
}
