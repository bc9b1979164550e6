// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A Debian on a disk that a configuration describes, booted.
struct LayoutBootTests {
    private static let layout = """
        - local_loop: {name: image0}
        - partitioning:
            base: image0
            label: gpt
            partitions:
              - name: ESP
                type: 'EF00'
                size: 40MiB
                mkfs: {type: vfat, mount: {mount_point: /boot/efi, fstab: {options: umask=0077}}}
              - {name: BSP, type: 'EF02', size: 1MiB}
              - {name: boot, size: 160MiB, mkfs: {type: ext2, mount: {mount_point: /boot, fstab: {}}}}
              - {name: swap, type: '8200', size: 64MiB, mkfs: {type: swap, mount: {mount_point: swap, fstab: {}}}}
              - {name: home, size: 64MiB, mkfs: {type: ext4, mount: {mount_point: /home, fstab: {}}}}
              - {name: root, size: 100%}
        - mkfs: {name: mkfs_root, base: root}
        - mount: {base: mkfs_root, mount_point: /}
        - fstab: {base: mount_mkfs_root, fsck-passno: 1}
        """

    @Test func `a GPT with several file systems boots and mounts all of them`() throws {
        try TemporaryFolder.with("gpt", in: BuiltProducts.folder) { folder in
            let build = try TestBuild(in: folder)
            try build.debianCommand(
                ["vm"], environment: ["DIB_BLOCK_DEVICE_CONFIG": Self.layout]
            ).checkedOutput()
            var options = GuestOptions(disk: build.output.appending("image.raw"))
            options.deadline = .seconds(600)
            try BootHarness.boot(options) { guest in
                try guest.logIn()
                let mounts = try guest.run(
                    "for point in / /boot /home /boot/efi; do"
                        + " findmnt -n -o TARGET,FSTYPE,LABEL,PARTLABEL $point; done | tr -s ' '")
                #expect(
                    mounts.output == """
                        / ext4 cloudimg-rootfs root
                        /boot ext2 mkfs_boot boot
                        /home ext4 mkfs_home home
                        /boot/efi vfat MKFS_ESP ESP
                        """)
                let swap = try guest.run("swapon --show=LABEL,SIZE --noheadings | tr -s ' '")
                #expect(swap.output == "mkfs_swap 64M")
                let menu = try guest.run(
                    "update-grub && grep -o '/vmlinuz-.* root=[^ ]*' /boot/grub/grub.cfg"
                        + " | sed 's/-.* / /' | sort -u")
                #expect(menu.output.hasSuffix("\n/vmlinuz root=LABEL=cloudimg-rootfs"), "\(menu)")
                let failed = try guest.run("systemctl --failed --no-legend --plain")
                #expect(failed.output.isEmpty, "units failed: \(failed.output)")
            }
        }
    }
}
