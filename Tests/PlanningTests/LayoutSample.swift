// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// Disk layouts of tests: the facts of the original's six, and what else must work.
enum LayoutSample {
    static let mbr = """
        - local_loop:
            name: image0
            partitioning:
              label: mbr
              partitions:
                - name: root
                  flags: [boot, primary]
                  size: 100%
                  mkfs:
                    mount:
                      mount_point: /
                      fstab: {options: defaults, fsck-passno: 1}
        """

    /// A data partition, a swap partition and a logical volume in LUKS2; `keys` opens them.
    static let encrypted = """
        - local_loop: {name: image0}
        - partitioning:
            base: image0
            label: gpt
            partitions:
              - {name: data, size: 40MiB}
              - {name: paging, size: 24MiB, luks: {mkfs: {type: swap, mount: {mount_point: swap, fstab: {}}}}}
              - {name: pool, size: 60MiB}
              - {name: root, size: rest, mkfs: {name: mkfs_root, mount: {mount_point: /}}}
        - luks: {name: safe, base: data, key-file: /etc/keys/safe, options: 'luks,nofail'}
        - mkfs: {base: safe, type: ext4, mount: {mount_point: /srv, fstab: {options: nofail}}}
        - lvm:
            pvs: [{name: pv, base: pool}]
            vgs: [{name: vg, base: [pv]}]
            lvs: [{name: lv, base: vg, extents: 100%FREE, luks: {name: vault, uuid: 5D9A2B4C-0f3e-4c21-9d7a-3b1f6e8a7c90, mkfs: {type: ext2}}}]
        """

    static let keys = ["safe", "luks_paging", "vault"].map {
        EncryptionKey(name: $0, key: "c2VjcmV0")
    }

    static let gpt = """
        - local_loop: {name: image0}
        - partitioning:
            base: image0
            label: gpt
            partitions:
              - {name: BSP, type: 'EF02', size: 8MiB}
              - name: root
                type: '8300'
                size: 100%
        - mkfs: {name: mkfs_root, base: root}
        - mount: {base: mkfs_root, mount_point: /}
        - fstab: {base: mount_mkfs_root, options: defaults, fsck-passno: 1}
        """

    static func efi(blockSize: Int = 512, espSize: String = "550MiB") -> String {
        """
        - local_loop: {name: image0, block_size: \(blockSize)}
        - partitioning:
            base: image0
            label: gpt
            partitions:
              - name: ESP
                type: 'EF00'
                size: \(espSize)
                mkfs:
                  type: vfat
                  mount:
                    mount_point: /boot/efi
                    fstab: {options: defaults, fsck-passno: 2}
              - {name: BSP, type: 'EF02', size: 8MiB}
              - name: root
                type: '8300'
                size: 100%
                mkfs:
                  mount:
                    mount_point: /
                    fstab: {options: defaults, fsck-passno: 1}
        """
    }

    static let power = """
        - local_loop:
            name: image0
            partitioning:
              label: mbr
              partitions:
                - {name: PReP, type: 0x41, flags: [boot, primary], size: 8MiB}
                - {name: root, flags: [primary], size: 100%, mkfs: {mount: {mount_point: /}}}
        """

    static let efiLVM = """
        - local_loop: {name: image0}
        - partitioning:
            base: image0
            label: gpt
            partitions:
              - {name: ESP, type: 'EF00', size: 550MiB}
              - {name: BSP, type: 'EF02', size: 8MiB}
              - {name: root, type: '8e00', size: 40G}
        - lvm:
            name: lvm
            base: [root]
            pvs: [{name: pv, base: root, options: ["--force"]}]
            vgs: [{name: vg, base: ["pv"], options: ["--force"]}]
            lvs:
              - {name: lv_root, base: vg, extents: 23%VG}
              - {name: lv_var, base: vg, extents: 57%VG}
              - {name: lv_home, base: vg, extents: 20%VG}
        - mkfs: {name: fs_root, base: lv_root, type: xfs, label: img-rootfs, mount: {mount_point: /}}
        - mkfs: {name: fs_var, base: lv_var, type: xfs, mount: {mount_point: /var}}
        - mkfs: {name: fs_home, base: lv_home, type: xfs, mount: {mount_point: /home}}
        """

    /// Two groups; one lies on two partitions, and has a striped volume, one in two pieces and swap.
    static let groups = """
        - local_loop: {name: image0}
        - partitioning:
            base: image0
            label: gpt
            partitions:
              - {name: root, size: auto}
              - {name: data1, size: 64MiB}
              - {name: data2, size: 80MiB}
        - lvm:
            pvs:
              - {name: pv_root, base: root}
              - {name: pv1, base: data1, options: ["--force"]}
              - {name: pv2, base: data2}
            vgs:
              - {name: vg_root, base: [pv_root]}
              - {name: vg-data, base: [pv1, pv2], options: [-s, 1m]}
            lvs:
              - {name: lv_root, base: vg_root, extents: 100%FREE}
              - {name: lv_fast, base: vg-data, size: 20MiB, options: [-i, "2", -I16k]}
              - {name: lv-data, base: vg-data, size: 90MiB}
              - {name: lv_swap, base: vg-data, extents: 50%FREE, mkfs: {type: swap, label: sw, mount: {mount_point: none, fstab: {}}}}
        - mkfs: {name: mkfs_root, base: lv_root, mount: {mount_point: /, fstab: {fsck-passno: 1}}}
        - mkfs: {name: fs_data, base: lv-data, type: ext4, mount: {mount_point: /home, fstab: {}}}
        - mkfs: {name: fs_fast, base: lv_fast, type: ext4, mount: {mount_point: /var, fstab: {}}}
        """

    /// The layout of a build of an operating system with that configuration.
    static func layout(
        _ text: String, change: (inout BuildRequest) -> Void = { _ in }
    ) throws -> DiskLayout {
        let request = Sample.request("os") {
            $0.diskConfiguration = YAMLSource(kind: "disk layout", name: "d.yaml", text: text)
            change(&$0)
        }
        return try Sample.plan(request, [Sample.system]).layout
    }
}
