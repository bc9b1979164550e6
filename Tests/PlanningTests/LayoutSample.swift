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
