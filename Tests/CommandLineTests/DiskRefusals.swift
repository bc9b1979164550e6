// SPDX-License-Identifier: Apache-2.0

/// Layouts, sizes and keys that make no disk, and what dibhost says to them.
private let plugins = "--plugin-dir plugins --elements-path scripts"

let badDisks = [
    Refusal(
        "plan \(plugins) -n os --luks-key hunter2",
        """
        --luks-key has no file
          hint: Write VOLUME=FILE: the name of the layout's luks node, and the file.
        """),
    Refusal(
        "plan \(plugins) -n os --luks-passphrase safe=hunter2",
        """
        the file of '--luks-passphrase safe' cannot be read: No such file or directory
          hint: Name a file: a key itself is never an argument, which everybody could see.
        """),
    Refusal(
        "plan \(plugins) -n os --luks-key safe=/dev/fd/99",
        """
        the file '/dev/fd/99' of '--luks-key safe' cannot be read: No such file or directory
          hint: Open the descriptor in the shell: '3<FILE'; sudo passes on only 0, 1 and 2.
        """),
    Refusal(
        "plan \(plugins) -n os --luks-key safe=/dev/null",
        """
        the file of '--luks-key safe' is empty
          hint: Make one: 'head -c 64 /dev/urandom >FILE'.
        """),
    Refusal(
        "plan \(plugins) -n os --luks-key safe=/etc/passwd",
        """
        a key was given for 'safe', which the disk's layout does not have
          hint: Leave it out: nothing in the layout is encrypted.
        """),
    Refusal(
        "plan \(plugins) -n os --max-size 3TiB",
        """
        --max-size 3TiB is out of reach, the largest is 2097151MiB: an MBR ends at 2^32 blocks of 512 bytes
          hint: Use a GPT: name the element 'block-device-gpt' for a BIOS, 'block-device-efi' for UEFI, \
        or write 'label: gpt' in a layout of your own.
        """,
        environment: [
            "DIB_BLOCK_DEVICE_CONFIG": """
            - local_loop: {name: image0}
            - partitioning: {base: image0, label: mbr, partitions: [{name: root, flags: [primary], size: 100%}]}
            - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
            """
        ]),
    Refusal(
        "plan \(plugins) -n os loader --max-size 3TiB",
        """
        the root file system cannot grow to --max-size 3TiB: it lies in a logical partition, which ends \
        with the extended one around it
          hint: Give the root partition the flag 'primary', or use 'label: gpt'.
        """),
    Refusal(
        "plan \(plugins) -n os --max-size 5PiB",
        """
        --max-size 5PiB is out of reach, the largest is 4PiB: larger clusters than 1 MiB are too much \
        for an image's small files
          hint: Ask for less, or use another file system: FS_TYPE=xfs.
        """),
    Refusal(
        "plan \(plugins) -n os",
        """
        --max-size 17TiB is out of reach, the largest is 16TiB: ext3 numbers blocks in 32 bits
          hint: Use ext4, which is the default.
        """, environment: ["DIB_MAX_SIZE": "17TiB", "FS_TYPE": "ext3"]),
    Refusal(
        "plan \(plugins) -n os --max-size 64TiB --mkfs-options -i",
        """
        --mkfs-options and --max-size exclude each other: both decide '-i'
          hint: Leave one of them out.
        """),
    Refusal(
        "plan \(plugins) -n os --max-size 64TiB --max-online-resize 1000",
        """
        --max-online-resize reserves room for descriptors, which an ext4 with clusters of 16KiB does not have
          hint: Leave it out: what --max-size 64TiB makes grows while it is mounted, too.
        """),
    Refusal(
        "plan \(plugins) -n os --max-size 1 --image-size 2",
        """
        --max-size 1GiB is less than the 2GiB that the image has
          hint: Raise it, or leave it out.
        """),
    Refusal(
        "plan \(plugins) -n os --max-size 4GiB",
        """
        the root file system cannot grow to --max-size 4GiB: partition 'logs' lies behind it
          hint: Put the root partition last in the disk's layout.
        """,
        environment: [
            "DIB_BLOCK_DEVICE_CONFIG": """
            - local_loop: {name: image0}
            - partitioning: {base: image0, label: gpt, partitions: [{name: root, size: 1GiB}, {name: logs, size: 1GiB}]}
            - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
            """
        ]),
    Refusal(
        "plan \(plugins) -n os loader --set loader.firmware=efi",
        """
        loader.firmware is 'efi', but the disk's layout has no EFI system partition
          hint: Add '{name: ESP, type: EF00, size: 550MiB, mkfs: {type: vfat, mount: \
        {mount_point: /boot/efi}}}' before the root partition.
        """),
    Refusal(
        "plan \(plugins) -n os loader",
        """
        element 'loader' installs a boot loader, but disk layout 'DIB_BLOCK_DEVICE_CONFIG' has neither \
        a BIOS boot partition nor an EFI system partition
          hint: Add '{name: BSP, type: EF02, size: 8MiB}' before the root partition.
        """,
        environment: [
            "DIB_BLOCK_DEVICE_CONFIG": """
            - local_loop: {name: image0}
            - partitioning: {base: image0, label: gpt, partitions: [{name: root, size: 100%}]}
            - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
            """
        ]),
    Refusal(
        "plan \(plugins) -n os loader --image-size 16MiB",
        """
        image size 16.0 MiB is too small
          hint: The least that can be built is 18.0 MiB.
        """),
    Refusal(
        "plan \(plugins) -n os loader --image-size 300MiB",
        """
        image size 300 MiB is too small
          hint: The least that can be built is 302 MiB.
        """, environment: ["FS_TYPE": "xfs"]),
    Refusal(
        "plan \(plugins) -n os block-device-mbr -a arm64",
        """
        element 'block-device-mbr' does not support architecture 'arm64'
          hint: It supports: amd64.
        """),
    Refusal(
        "plan \(plugins) -n os vm block-device-mbr",
        """
        elements 'vm' and 'block-device-mbr' both provide 'block-device'
          hint: Leave one of them out.
        """),
]
