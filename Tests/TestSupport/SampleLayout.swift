// SPDX-License-Identifier: Apache-2.0

/// The kinds of disk layouts that tests write and read back.
package struct SampleLayout: Sendable, CustomStringConvertible {
    package var description: String
    /// A disk layout as DIB_BLOCK_DEVICE_CONFIG takes it.
    package var text: String

    private init(_ description: String, text: String) {
        self.description = description
        self.text = text
    }

    /// LVM: a group for the root, another on two partitions with stripes and a volume in two pieces.
    package static let volumeGroups =
        SampleLayout(
            "LVM: a group for the root, one on two partitions with stripes and a volume in two pieces",
            text: """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: gpt
                    partitions:
                      - {name: root, size: auto}
                      - {name: data1, size: 34MiB}
                      - {name: data2, size: 60MiB}
                - lvm:
                    pvs: [{name: pv0, base: root}, {name: pv1, base: data1}, {name: pv2, base: data2}]
                    vgs: [{name: vg_root, base: [pv0]}, {name: vg-data, base: [pv1, pv2], options: [-s, 1m]}]
                    lvs:
                      - {name: lv_root, base: vg_root, extents: 100%FREE}
                      - {name: lv_fast, base: vg-data, size: 20MiB, options: [-i, "2", -I, 32k]}
                      - {name: lv-data, base: vg-data, size: 60MiB}
                      - {name: lv_swap, base: vg-data, extents: 100%FREE, mkfs: {type: swap, label: sw, mount: {mount_point: none}}}
                - mkfs: {name: mkfs_root, base: lv_root, mount: {mount_point: /}}
                - mkfs: {name: fs_data, base: lv-data, type: ext4, mount: {mount_point: /home}}
                - mkfs: {name: fs_fast, base: lv_fast, type: ext2, mount: {mount_point: /var}}
                """)

    /// LUKS2 in a partition, for swap, in stripes of LVM, and on a disk without a table.
    package static let encrypted =
        SampleLayout(
            "LUKS2 in a partition, for swap, in stripes of LVM, and on a disk without a table",
            text: """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: gpt
                    partitions:
                      - {name: home, size: 40MiB, luks: {name: safe, mkfs: {type: ext4, mount: {mount_point: /home}}}}
                      - {name: swap, size: 24MiB, luks: {name: paging, mkfs: {type: swap, label: sw}}}
                      - {name: data1, size: 17MiB}
                      - {name: data2, size: 17MiB}
                      - {name: root, size: 100%, mkfs: {mount: {mount_point: /}}}
                - lvm:
                    pvs: [{name: pv1, base: data1}, {name: pv2, base: data2}]
                    vgs: [{name: vg, base: [pv1, pv2]}]
                    lvs: [{name: lv, base: vg, extents: 100%FREE, options: [-i, "2"]}]
                - luks: {name: vault, base: lv, uuid: 5d9a2b4c-0f3e-4c21-9d7a-3b1f6e8a7c90}
                - mkfs: {base: vault, type: ext2, opts: -m 0, mount: {mount_point: /var}}
                - local_loop: {name: more, luks: {name: spare, mkfs: {type: ext4, mount: {mount_point: /usr/share}}}}
                """)
    /// The names of its LUKS volumes.
    package static let encryptedNames = ["safe", "paging", "vault", "spare"]

    package static let all = [
        SampleLayout(
            "MBR",
            text: """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: mbr
                    partitions: [{name: root, flags: [boot, primary], size: 100%}]
                - mkfs: {name: mkfs_root, base: root}
                - mount: {base: mkfs_root, mount_point: /}
                """),
        SampleLayout(
            "MBR with logical partitions, ext2, ext3 and swap",
            text: """
                - local_loop: {name: image0, size: 200MiB}
                - partitioning:
                    base: image0
                    label: mbr
                    partitions:
                      - {name: boot, flags: [boot, primary], size: 40MiB, mkfs: {type: ext2, mount: {mount_point: /boot}}}
                      - {name: p2, flags: [primary], size: 8MiB, type: 0x0c}
                      - {name: root, size: 60MiB, mkfs: {name: mkfs_root, mount: {mount_point: /}}}
                      - {name: swap, size: 30%, type: 0x82, mkfs: {type: swap, label: swap-area, mount: {mount_point: swap}}}
                      - {name: home, size: 100%, mkfs: {type: ext3, mount: {mount_point: /home}}}
                """),
        SampleLayout(
            "GPT",
            text: """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: gpt
                    partitions:
                      - {name: BSP, type: 'EF02', size: 8MiB}
                      - {name: root, flags: [boot], type: '8304', size: 100%}
                - mkfs: {name: mkfs_root, base: root, uuid: 5d9a2b4c-0f3e-4c21-9d7a-3b1f6e8a7c90}
                - mount: {base: mkfs_root, mount_point: /}
                """),
        SampleLayout(
            "EFI",
            text: """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: gpt
                    partitions:
                      - {name: ESP, type: 'EF00', size: 64MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi}}}
                      - {name: BSP, type: 'EF02', size: 8MiB}
                      - {name: root, size: 100%, mkfs: {mount: {mount_point: /}}}
                """),
        SampleLayout(
            "EFI with blocks of 4096 bytes",
            text: """
                - local_loop: {name: image0, block_size: 4096}
                - partitioning:
                    base: image0
                    label: gpt
                    partitions:
                      - {name: ESP, type: 'EF00', size: 300MiB, mkfs: {type: vfat, opts: -F 32, mount: {mount_point: /boot/efi}}}
                      - {name: swap, type: '8200', size: 8MiB, mkfs: {type: swap}}
                      - {name: root, size: 100%, mkfs: {mount: {mount_point: /}}}
                """),
        SampleLayout(
            "XFS, btrfs and a part within a part",
            text: """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: gpt
                    partitions:
                      - {name: boot, size: 100MiB, mkfs: {type: ext4, mount: {mount_point: /boot}}}
                      - {name: ESP, type: 'EF00', size: 40MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi}}}
                      - {name: home, size: 300MiB, mkfs: {type: btrfs, mount: {mount_point: /home}}}
                      - {name: data, size: 10MiB, mkfs: {type: ext4}}
                      - {name: root, size: 100%, mkfs: {type: xfs, name: mkfs_root, mount: {mount_point: /}}}
                """),
        SampleLayout(
            "GPT with gaps, names and GUIDs",
            text: """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: gpt
                    align: 64KiB
                    partitions:
                      - {name: Root Part, start: 17MiB, size: auto, mkfs: {type: ext4, mount: {mount_point: /}}}
                      - {name: Überraschung 🐚, start: 90MiB, size: 5%, flags: [boot], type: 024dee41-33e7-11d3-9d69-0008c781f39f}
                      - {name: home, start: 100MiB, size: 20MiB, mkfs: {type: ext3, mount: {mount_point: /home}}}
                """),
        SampleLayout(
            "three disks with parts within parts",
            text: """
                - local_loop: {name: image0}
                - local_loop: {name: more, block_size: 4096}
                - local_loop: {name: srv, mkfs: {type: btrfs, mount: {mount_point: /home}}}
                - partitioning:
                    base: image0
                    label: mbr
                    partitions: [{name: root, flags: [boot, primary], size: auto}]
                - partitioning:
                    base: more
                    label: gpt
                    partitions:
                      - {name: swap, type: '8200', size: 8MiB, mkfs: {type: swap}}
                      - {name: boot, size: 40MiB, mkfs: {type: ext4, mount: {mount_point: /boot}}}
                      - {name: ann, size: auto, mkfs: {type: ext2, mount: {mount_point: /home/ann}}}
                      - {name: rest, size: rest, mkfs: {type: ext4}}
                - mkfs: {name: mkfs_root, base: root}
                - mount: {base: mkfs_root, mount_point: /}
                """),
        SampleLayout(
            "XFS without a table",
            text:
                "- local_loop: {name: image0, mkfs: {name: mkfs_root, type: xfs, mount: {mount_point: /}}}"
        ),
    ]
}
