// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Cloud images whose files become the tree, by `extract-image` of the native element sysprep.
struct SysprepTests {
    /// Makes cloud.qcow2, or cloud.qcow2.xz, in the working folder, of the tree `files`.
    private static let images = [
        "boot and EFI system partition beside an ext4": """
        mkfs.vfat -C efi 20480 >&2; mcopy -s -i efi files/boot/efi/EFI ::; rm -r files/boot/efi/EFI
        mkdir apart; mv files/boot/vmlinuz apart; mkdir apart/efi
        mke2fs -q -t ext2 -d apart boot 20M; mke2fs -q -t ext4 -L system -d files root 60M
        truncate -s 110M raw
        sfdisk -q raw <<'END'
        label: gpt
        start=2048, size=40960, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
        start=43008, size=40960, type=BC13C2FF-59E6-4262-A352-B275FD6F7172
        start=83968, size=122880, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4
        END
        n=2048; for part in efi boot root; do dd if=$part of=raw bs=512 seek=$n conv=notrunc status=none
            n=$((n + $(stat -c %s $part) / 512)); done
        qemu-img convert -O qcow2 raw cloud.qcow2
        """,
        "one partition with an XFS": """
        truncate -s 310M root; mkfs.xfs -q root; mkdir mnt; mount -o loop root mnt; cp -a files/. mnt/; umount mnt
        truncate -s 312M raw; printf 'label: dos\\nstart=2048, type=83\\n' | sfdisk -q raw
        dd if=root of=raw bs=1M seek=1 conv=notrunc,sparse status=none
        qemu-img convert -O qcow2 raw cloud.qcow2
        """,
        "a btrfs with the subvolume root, without a table, in an .xz": """
        truncate -s 150M root; mkfs.btrfs -q root; mkdir mnt; mount -o loop root mnt
        btrfs -q subvolume create mnt/root; cp -a files/. mnt/root/; umount mnt
        qemu-img convert -O qcow2 root cloud.qcow2; xz -0 cloud.qcow2
        """,
    ]

    @Test(arguments: images.keys.sorted())
    func `the files of a cloud image become the tree`(kind: String) throws {
        try TemporaryFolder.with("sysprep") { folder in
            let build = try TestBuild(in: folder)
            let script = try #require(Self.images[kind])
            try shell(
                """
                cd $1; mkdir -p files/etc files/boot/efi/EFI
                echo kernel >files/boot/vmlinuz; echo loader >files/boot/efi/EFI/loader
                echo 0123456789abcdef0123456789abcdef >files/etc/machine-id
                echo owned >files/etc/owned; chown 12:34 files/etc/owned; setfattr -n user.note -v kept files/etc/owned
                \(script)
                """, folder.string)
            let name = kind.hasSuffix(".xz") ? "cloud.qcow2.xz" : "cloud.qcow2"
            try build.addElement(
                "cloud",
                [
                    "element-deps": "sysprep\ncache-url", "element-provides": "operating-system",
                    "root.d/10-cloud": """
                    "$TMP_HOOKS_PATH/bin/extract-image" \(name) cloud.tgz "file://\(folder)/\(name)" "$DIB_IMAGE_CACHE/\(name)"
                    """,
                ])
            for _ in 0..<2 {
                try build.command(["cloud"], formats: "tar", options: ["-n"]).checkedOutput()
            }
            let found = try shell(
                """
                cd $1; mkdir unpacked; tar --xattrs -xf out/image.tar -C unpacked; cd unpacked
                find . -type f ! -path './etc/dibhost/*' | sort
                cat boot/vmlinuz boot/efi/EFI/loader etc/machine-id
                stat -c %u:%g etc/owned; getfattr --only-values -n user.note etc/owned
                """, folder.string)
            #expect(
                found == """
                    ./boot/efi/EFI/loader
                    ./boot/vmlinuz
                    ./etc/machine-id
                    ./etc/owned
                    kernel
                    loader
                    uninitialized
                    12:34
                    kept
                    """)
            #expect(try build.leftovers() == [])
        }
    }
}

@discardableResult
private func shell(_ line: String, _ arguments: String...) throws -> String {
    try Command("bash", ["-c", "set -e -o pipefail; " + line, "bash"] + arguments).checkedOutput()
}
