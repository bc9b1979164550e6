// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Shell hooks in the last phases beside several file systems on two disks, read back with other programs.
struct MountedVolumesTests {
    private static let layout = """
        - local_loop: {name: image0}
        - local_loop: {name: logs, mkfs: {type: ext4, mount: {mount_point: /var/log}}}
        - partitioning:
            base: image0
            label: mbr
            partitions:
              - {name: ESP, type: '0xef', flags: [primary], size: 40MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi}}}
              - {name: Boot Code, flags: [boot, primary], size: 1MiB}
              - {name: tmp, size: auto, mkfs: {type: ext2, mount: {mount_point: /tmp}}}
              - {name: deep, size: auto, mkfs: {type: ext4, mount: {mount_point: /boot/efi/deep}}}
              - {name: root, size: rest}
        - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
        """

    private static let hooks = [
        "post-install.d/50-files": """
        mkdir -p /boot/efi/EFI /boot/efi/deep
        echo before > /boot/efi/EFI/before; echo removed > /boot/efi/removed
        echo deep > /boot/efi/deep/file; chmod 600 /boot/efi/EFI/before; chown 1:2 /boot/efi/EFI
        """,
        "pre-finalise.d/50-out": """
        for point in / /boot/efi /boot/efi/deep /tmp /var/log; do
            mountpoint -q "$TMP_MOUNT_PATH$point"
        done
        echo out > "$TMP_MOUNT_PATH/boot/efi/EFI/out"
        """,
        "finalise.d/50-in": """
        declare -A DEVICES
        eval "DEVICES=( $IMAGE_BLOCK_DEVICES )"
        echo "${!DEVICES[*]}" | tr ' ' '\\n' | sort | tr '\\n' ' ' > /etc/devices
        [ "${DEVICES[image0]}" = "$IMAGE_BLOCK_DEVICE" ]
        [ "$(readlink -f "/dev/mapper/${IMAGE_BLOCK_DEVICE#/dev/}p2")" = "${DEVICES[Boot Code]}" ]
        printf 'CODE OF A PARTITION' | dd of="${DEVICES[Boot Code]}" conv=notrunc 2>/dev/null
        printf 'CODE OF A DISK' | dd of="$IMAGE_BLOCK_DEVICE" conv=notrunc 2>/dev/null
        echo in > /boot/efi/EFI/in; rm /boot/efi/removed
        echo line > /var/log/file; echo line > /boot/efi/deep/more; echo left > /tmp/left
        mkdir /mnt /etc/bound; mount --bind /home /etc/bound; mount -t tmpfs over /boot/efi/deep
        """,
        "cleanup.d/50-end": "echo end > \"$TMP_MOUNT_PATH/etc/end\"",
    ]

    private func build(
        _ hooks: [String: String], formats: String, in folder: FilePath
    ) throws -> (build: TestBuild, outcome: EventStream.Outcome) {
        let build = try TestBuild(in: folder)
        try build.addElement("late", hooks)
        let outcome = try EventStream.run(
            build.command(
                ["tiny-os", "late"], formats: formats, options: ["-n"],
                environment: ["DIB_BLOCK_DEVICE_CONFIG": Self.layout]))
        #expect(try build.leftovers() == [])
        return (build, outcome)
    }

    @Test func `hooks see every file system at its place, and what they do is in the images`()
        throws
    {
        try TemporaryFolder.with("volumes") { folder in
            let (build, outcome) = try build(
                Self.hooks, formats: "raw,tar,squashfs,erofs,qcow2", in: folder)
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            #expect(
                outcome.lines.contains { $0.contains("not reproducible: mounted for 50-out") })
            #expect(
                outcome.lines.contains {
                    $0.contains("'/boot/efi' is a vfat, which does not keep")
                        && $0.contains("the owners of 1, the modes of 1 of its entries")
                })
            let undone = outcome.lines.filter { $0.contains("undid the mount") }
            #expect(undone.count == 2, "\(undone)")
            try expectVolumes(build)
            try expectArchives(build)
        }
    }

    private func expectVolumes(_ build: TestBuild) throws {
        let image = build.output.appending("image.raw").string
        let table = try Command("sfdisk", ["--json", image]).checkedOutput()
        let starts = table.matches(of: /"start": *([0-9]+)/).map { (Int($0.1) ?? 0) * 512 }
        // ESP, code, the extended partition, then three logical ones.
        try #require(starts.count == 6)
        func read(_ path: String, _ offset: Int, of image: String = image) throws -> String {
            let target = "\(image)?offset=\(offset)"
            try Command("e2fsck", ["-fn", target]).checkedOutput()
            return try Command("debugfs", ["-R", path, target]).checkedOutput()
        }
        #expect(
            try shell("dd if=$1 bs=1 skip=$2 count=19 status=none", image, "\(starts[1])")
                == "CODE OF A PARTITION")
        #expect(try shell("head -c 14 $1", image) == "CODE OF A DISK")
        let (tmp, deep, root) = (starts[3], starts[4], starts[5])
        #expect(try read("cat /etc/end", root) == "end\n")
        #expect(try read("cat /etc/devices", root) == "Boot Code ESP deep image0 logs root tmp ")
        #expect(try !read("ls /boot/efi", root).contains("EFI"))
        #expect(try read("cat /file", deep) == "deep\n")
        #expect(try read("cat /more", deep) == "line\n")
        #expect(try !read("ls /", tmp).contains("left"))
        let logs = build.output.appending("image-logs.raw").string
        #expect(try read("stat /file", 0, of: logs).contains("Size: 0"))
        let files = try shell(
            "export MTOOLSRC=/dev/null; mdir -b -/ -i $1@@\(starts[0]) ::", image)
        #expect(files.contains("::/EFI/in") && files.contains("::/EFI/out"))
        #expect(files.contains("::/EFI/before") && files.contains("::/deep/"))
        #expect(!files.contains("removed") && !files.contains("deep/file"))
    }

    /// All archives hold the whole tree, and nothing that only file systems have.
    private func expectArchives(_ build: TestBuild) throws {
        let names = try shell(
            "tar -tf $1 | sed 's|^\\./||; s|/$||' | grep . | LC_ALL=C sort",
            build.output.appending("image.tar").string)
        for name in ["boot/efi/EFI/in", "boot/efi/deep/more", "var/log/file", "etc/end", "tmp"] {
            #expect(names.contains("\n\(name)\n"), "\(name)")
        }
        #expect(!names.contains("lost+found") && !names.contains("tmp/left"))
        let squash = try shell(
            "unsquashfs -ls $1 | sed -n 's|^squashfs-root/||p' | LC_ALL=C sort",
            build.output.appending("image.squash").string)
        #expect(squash == names)
        let erofs = build.output.appending("image.erofs").string
        #expect(
            try shell("dump.erofs --path=/boot/efi/EFI/in $1 | grep -c 'File :'", erofs) == "1\n")
        #expect(
            try shell("dump.erofs --ls --path=/var/log $1 2>/dev/null || true", erofs)
                .contains("lost+found") == false)
    }

    @Test(arguments: [
        (
            "head -c 60000000 /dev/zero > /boot/efi/large",
            "file system 'mkfs_ESP' is too small: it has 40.0 MiB, and its files need at least 60 MiB",
            "Make its partition or its disk larger."
        ),
        (
            "ln -s in /boot/efi/link",
            "'/boot/efi/link' is neither a file nor a folder, which vfat cannot hold",
            "Put it on another file system, or leave it out."
        ),
        (
            "umount -l /tmp",
            "the hook unmounted the image's file system at '/tmp'",
            "Let the hook leave it in place: dibhost unmounts it after the last one."
        ),
    ])
    func `what hooks make impossible is an error without outputs`(
        _ script: String, _ message: String, _ hint: String
    ) throws {
        try TemporaryFolder.with("volumes") { folder in
            let (build, outcome) = try build(
                ["finalise.d/50-bad": script], formats: "raw", in: folder)
            guard case .buildFailed(let error) = outcome.events.last else {
                Issue.record("no error in \(outcome.lines)")
                return
            }
            #expect(error.message == message)
            #expect(error.hint == hint)
            #expect(try build.outputs() == [])
        }
    }

    @Test(arguments: ["true", "false"])
    func `an image that is cut short while hooks run is an error, whatever the hook says`(
        last: String
    ) throws {
        try TemporaryFolder.with("volumes") { folder in
            let script = """
                image=$(losetup -nO BACK-FILE "$IMAGE_BLOCK_DEVICE")
                truncate -s 1M "$image"; \(last)
                """
            let (build, outcome) = try build(
                ["cleanup.d/50-cut": script], formats: "raw", in: folder)
            guard case .buildFailed(let error) = outcome.events.last else {
                Issue.record("no error in \(outcome.lines)")
                return
            }
            #expect(
                error.message.hasSuffix("' was cut short while its file system was mounted"),
                "\(error)")
            #expect(error.hint == "Find what else writes in that folder.")
            #expect(try build.outputs() == [])
        }
    }
}

/// Runs a shell line; its standard output.
private func shell(_ line: String, _ arguments: String...) throws -> String {
    try Command("bash", ["-c", "set -e -o pipefail; " + line, "bash"] + arguments).checkedOutput()
}
