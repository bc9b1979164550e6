// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Disks that GRUB alone is started from: a tiny tree with the build host's GRUB and a kernel that is none.
///
/// What GRUB shows proves that firmware started it, that it found the file system that holds /boot and its menu there,
/// and that it read the kernel's file. A disk takes some seconds, so every kind of them can be tried.
struct GrubBootTests {
    struct Disk: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var elements: [String] = []
        var environment: [String: String] = [:]
        var firmware = GuestOptions.Firmware.bios
        var blockSize = 512
    }

    private static let disks = [
        Disk(
            testDescription: "MBR, btrfs root, BIOS", elements: ["block-device-mbr"],
            environment: ["FS_TYPE": "btrfs"]),
        Disk(
            testDescription: "GPT, XFS root, BIOS", elements: ["block-device-gpt"],
            environment: ["FS_TYPE": "xfs"]),
        Disk(
            testDescription: "GPT, /boot on ext2, XFS root, BIOS",
            environment: [
                "DIB_BLOCK_DEVICE_CONFIG": layout(
                    "{name: BSP, type: 'EF02', size: 1MiB}",
                    "{name: boot, size: auto, mkfs: {type: ext2, mount: {mount_point: /boot}}}"),
                "FS_TYPE": "xfs",
            ]),
        Disk(
            testDescription: "GPT, /boot on btrfs, UEFI",
            environment: [
                "DIB_BLOCK_DEVICE_CONFIG": layout(
                    system("EF00"),
                    "{name: boot, size: auto, mkfs: {type: btrfs, mount: {mount_point: /boot}}}")
            ], firmware: .uefi),
        Disk(
            testDescription: "MBR, UEFI",
            environment: ["DIB_BLOCK_DEVICE_CONFIG": layout(system("0xef"), table: "mbr")],
            firmware: .uefi),
        Disk(
            testDescription: "GPT, blocks of 4096 bytes, UEFI", elements: ["block-device-efi"],
            environment: ["DIB_BLOCK_SIZE": "4096"], firmware: .uefi, blockSize: 4096),
    ]

    private static func system(_ type: String) -> String {
        "{name: ESP, type: '\(type)', size: 40MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi}}}"
    }

    private static func layout(_ partitions: String..., table: String = "gpt") -> String {
        """
        - local_loop: {name: image0}
        - partitioning:
            base: image0
            label: \(table)
            partitions:
        \(partitions.map { "      - \($0)\n" }.joined())\
              - {name: root, size: rest, mkfs: {name: mkfs_root, mount: {mount_point: /}}}
        """
    }

    /// Puts the build host's GRUB into the tree, and a kernel that is none.
    private static let hook = """
        cd "$TMP_MOUNT_PATH"
        for program in cat cp mkdir sort grub-mkimage grub-script-check grub-editenv; do
            file=$(command -v "$program")
            rm -f "usr/bin/$program"
            install -m 0755 "$file" usr/bin/
            for library in $(ldd "$file" | grep -o '/[^ ]*'); do cp -Ln --parents "$library" .; done
        done
        mkdir -p usr/lib/grub
        cp -r /usr/lib/grub/i386-pc /usr/lib/grub/x86_64-efi usr/lib/grub/
        printf '#!/bin/sh\\ncat >/dev/null\\n' >usr/bin/debconf-set-selections
        chmod 755 usr/bin/debconf-set-selections
        head -c 65536 /dev/urandom >boot/vmlinuz-6.1.0-13
        """

    @Test(arguments: disks)
    func `GRUB finds its menu and the kernel`(_ disk: Disk) throws {
        try TemporaryFolder.with("grub", in: BuiltProducts.folder) { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("grub-tree", ["extra-data.d/50-grub": Self.hook])
            try build.command(
                ["tiny-os", "grub-tree", "vm"] + disk.elements,
                options: ["-n", "--set", "vm.timeout=2", "--set", "vm.secure-boot=false"],
                environment: disk.environment.merging(["DISTRO_NAME": "debian"]) { $1 }
            ).checkedOutput()
            var options = GuestOptions(disk: build.output.appending("image.raw"))
            options.firmware = disk.firmware
            options.blockSize = disk.blockSize
            options.memoryMebibytes = 256
            options.deadline = .seconds(240)
            try BootHarness.boot(options) { guest in
                try guest.waitFor("GNU/Linux, with Linux 6.1.0-13")
                try guest.waitFor("error: ")
                try guest.waitFor("invalid magic number")
            }
        }
    }
}
