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
              - {name: home, size: 64MiB, mkfs: {type: ext4, mount: {mount_point: /home, fstab: {}}}}
              - {name: data1, size: 65MiB}
              - {name: data2, size: 65MiB}
              - name: state
                size: 40MiB
                luks:
                  name: safe
                  key-file: /etc/keys/safe
                  mkfs: {type: ext4, mount: {mount_point: /srv/safe, fstab: {}}}
              - {name: paging, size: 24MiB, luks: {key-file: /etc/keys/safe, mkfs: {type: swap, mount: {mount_point: swap, fstab: {}}}}}
              - {name: root, size: auto}
        - lvm:
            pvs: [{name: pv0, base: root}, {name: pv1, base: data1}, {name: pv2, base: data2}]
            vgs: [{name: vg0, base: [pv0]}, {name: vg-data, base: [pv1, pv2]}]
            lvs:
              - {name: lv_root, base: vg0, extents: 90%VG}
              - {name: lv_swap, base: vg0, size: 64MiB, mkfs: {type: swap, mount: {mount_point: swap, fstab: {}}}}
              - {name: fast, base: vg-data, size: 24MiB, options: [-i, "2"]}
              - name: lv_vault
                base: vg-data
                size: 32MiB
                luks:
                  name: vault
                  options: luks,noauto
                  mkfs: {type: ext2, opts: -m 0, mount: {mount_point: /srv/vault}}
              - {name: pieces, base: vg-data, extents: 100%FREE}
        - mkfs: {name: mkfs_root, base: lv_root}
        - mount: {base: mkfs_root, mount_point: /}
        - fstab: {base: mount_mkfs_root, fsck-passno: 1}
        - mkfs: {name: mkfs_fast, base: fast, type: ext2, mount: {mount_point: /srv/fast, fstab: {}}}
        - mkfs: {name: mkfs_pieces, base: pieces, type: ext4, mount: {mount_point: /srv/pieces, fstab: {}}}
        """

    /// Files that fill most of the volumes they come to lie on, and two states that are seldom.
    ///
    /// systemd has patience: on a slow machine the last volume of many comes later than its 90 seconds. One group is left as
    /// an initramfs leaves it that could not activate it.
    private static let filler = [
        "install.d/10-filler": """
        #!/bin/sh
        mkdir -p /srv/fast /srv/pieces /srv/safe /srv/vault /etc/systemd/system.conf.d
        printf '[Manager]\\nDefaultDeviceTimeoutSec=10min\\n' >/etc/systemd/system.conf.d/slow.conf
        cat >/etc/initramfs-tools/scripts/local-bottom/inactive <<'END'
        #!/bin/sh
        [ "$1" = prereqs ] || { lvm vgchange -an vg-data; : >/run/lvm/vgs_online/vg-data; }
        END
        chmod +x /etc/initramfs-tools/scripts/local-bottom/inactive
        install -d -m 700 /etc/keys; (umask 077; echo key of the image >/etc/keys/safe)
        seq 2000000 | head -c 12000000 >/srv/safe/numbers
        seq 2000000 | head -c 12000000 | tac >/srv/vault/numbers
        seq 3000000 | head -c 18000000 >/srv/fast/numbers
        seq 20000000 | head -c 50000000 >/srv/pieces/numbers
        cd /srv; sha256sum */numbers >/srv/sums
        """
    ]

    @Test
    func
        `a GPT with file systems in partitions, volume groups and LUKS2 boots and mounts all of them`()
        throws
    {
        try TemporaryFolder.with("gpt", in: BuiltProducts.folder) { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("filler", Self.filler)
            let (key, line) = (folder.appending("key"), folder.appending("line"))
            try TextFile.write("key of the image\n", to: key)
            try TextFile.write("open sesame\n", to: line)
            try build.debianCommand(
                ["vm", "filler"],
                options: [
                    "--luks-key", "safe=\(key)", "--luks-key", "luks_paging=\(key)",
                    "--luks-passphrase", "vault=\(line)",
                ],
                environment: ["DIB_BLOCK_DEVICE_CONFIG": Self.layout]
            ).checkedOutput()
            var options = GuestOptions(disk: build.output.appending("image.raw"))
            options.deadline = .seconds(600)
            try BootHarness.boot(options) { guest in
                try guest.logIn()
                let mounts = try guest.run(
                    "for point in / /home /boot/efi /srv/fast /srv/pieces /srv/safe; do"
                        + " findmnt -n -o TARGET,SOURCE,FSTYPE,LABEL,PARTLABEL $point; done | tr -s ' ' | sed 's/ $//'"
                )
                #expect(
                    mounts.output == """
                        / /dev/mapper/vg0-lv_root ext4 cloudimg-rootfs
                        /home /dev/vda3 ext4 mkfs_home home
                        /boot/efi /dev/vda1 vfat MKFS_ESP ESP
                        /srv/fast /dev/mapper/vg--data-fast ext2 mkfs_fast
                        /srv/pieces /dev/mapper/vg--data-pieces ext4 mkfs_pieces
                        /srv/safe /dev/mapper/safe ext4 mkfs_safe
                        """)
                let opened = try guest.run(
                    "printf 'open sesame' | cryptsetup open --key-file - /dev/vg-data/lv_vault vault"
                        + " && mount /dev/mapper/vault /srv/vault && findmnt -n -o FSTYPE,LABEL /srv/vault"
                        + " && cryptsetup status vault | grep -o 'sector size: .*'")
                #expect(
                    opened.output == """
                        ext2   mkfs_vault
                        sector size:  512
                        """, "\(opened)")
                let volumes = try guest.run(
                    "cd /srv && sha256sum --quiet -c sums && vgck && lvs --noheadings -o vg_name,lv_name,segtype,stripes"
                        + " --sort vg_name,lv_name,seg_start | tr -s ' '"
                        + " && vgs --noheadings -o vg_name,pv_count,lv_count --sort vg_name | tr -s ' '"
                )
                #expect(
                    volumes.output.split(separator: "\n").map { $0.dropFirst() } == [
                        "vg-data fast striped 2", "vg-data lv_vault linear 1",
                        "vg-data pieces linear 1", "vg-data pieces linear 1",
                        "vg0 lv_root linear 1", "vg0 lv_swap linear 1",
                        "vg-data 2 3", "vg0 1 2",
                    ], "\(volumes)")
                let swap = try guest.run("swapon --show=LABEL,SIZE --noheadings | tr -s ' ' | sort")
                #expect(swap.output == "mkfs_luks_paging 8M\nmkfs_lv_swap 64M")
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
