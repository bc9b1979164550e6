// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// A configuration that cannot be built, and what is said to it.
private struct BadLayout: Sendable {
    var text: String
    var message: String
    var hint: String?

    init(_ text: String, _ message: String, _ hint: String? = nil) {
        self.text = text
        self.message = message
        self.hint = hint
    }
}

/// A GPT with a root of the rest; `partitions` come before it, `more` behind it.
private func disk(_ partitions: String = "", label: String = "gpt", more: String = "") -> String {
    """
    - local_loop: {name: image0, size: 1GiB}
    - partitioning:
        base: image0
        label: \(label)
        partitions:
    \(partitions.isEmpty ? "" : "      - " + partitions)
          - {name: root, size: 100%, mkfs: {mount: {mount_point: /}}}
    \(more)
    """
}

private let bad = [
    BadLayout(
        "a: 1", ":1': the layout is no list", "Begin with '- local_loop:', which makes the disk."),
    BadLayout(
        "- [x]", ":1': an item of the list is no map with a single key",
        "Each item is one of 'local_loop', 'partitioning', 'lvm', 'luks', 'mkfs', 'mount', 'fstab'."
    ),
    BadLayout(
        "- local_lop: {name: a}", ":1': unknown key 'local_lop'", "Did you mean 'local_loop'?"),
    BadLayout("- local_loop: {size: 1GiB}", ":1': the disk has no name", "Add 'name: image0'."),
    BadLayout(
        "- local_loop: {name: image0, sise: 1GiB}", ":1': unknown key 'sise'",
        "Did you mean 'size'?"),
    BadLayout(
        "- local_loop: {name: image0}",
        ":1': disk 'image0' holds neither a partition table nor a file system",
        "Add 'partitioning' or 'mkfs' with 'base: image0'."),
    BadLayout(
        "- local_loop: {name: image0, block_size: 1024, mkfs: {type: ext4}}",
        ":1': disk 'image0' has the block size '1024'", "Use 512 or 4096."),
    BadLayout(
        "- local_loop: {name: ../image0, mkfs: {type: ext4}}",
        ":1': disk '../image0' has a name with a slash",
        "Its image is called after it; the setting 'directory' names a folder."),
    BadLayout(
        disk("{name: x, size: auto}"), ":6': partition 'x' has the size 'auto' and no file system",
        "Give it a size, such as 8MiB."),
    BadLayout(
        disk(more: "- lvm: {name: lvm, base: [root]}"), ":8': LVM has no list 'pvs'",
        "Add 'pvs:' and below it '- {name: NAME, base: NAME}'."),
    BadLayout(
        disk("{name: x, size: 40MiB, luks: {name: safe}}"),
        ":6': LUKS volume 'safe' holds no file system", "Add 'mkfs' with 'base: safe'."),
    BadLayout(
        disk("{name: x, size: 40MiB, luks: {name: safe, mkfs: {type: ext4}}, mkfs: {type: ext4}}"),
        ":6': file system 'mkfs_x' shares 'x' with a LUKS volume",
        "Base it on 'safe', or leave one of them out."),
    BadLayout(
        disk("{name: x, size: 40MiB, luks: {name: safe, mkfs: {type: vfat, label: x}}}"),
        ":6': file system 'mkfs_safe' is vfat, and lies in the LUKS volume 'safe'",
        "Firmware reads no encrypted vfat; use ext4, XFS, btrfs or swap."),
    BadLayout(
        disk("{name: x, size: 40MiB, luks: {mkfs: {type: ext4, mount: {mount_point: /boot}}}}"),
        ":6': LUKS volume 'luks_x' holds '/boot', which a system reads before it can decrypt anything",
        "Encrypt what comes later, such as /home, /srv, /var and swap."),
    BadLayout(
        disk("{name: x, size: 16MiB, luks: {mkfs: {type: ext4}}}"),
        ":6': partition 'x' has 16.0 MiB, and ext4 in LUKS2 needs at least 17.0 MiB",
        "The disk 'image0' has 1.0 GiB; make it larger or its partitions smaller."),
    BadLayout(
        disk("{name: x, size: 40MiB, luks: {name: a b, mkfs: {type: ext4}}}"),
        ":6': LUKS volume 'a b' has a name that cannot be one below /dev/mapper",
        "Use letters, digits and + _ . -, 47 at most."),
    BadLayout(
        disk("{name: x, size: 40MiB, luks: {name: safe, key-file: key, mkfs: {type: ext4}}}"),
        ":6': LUKS volume 'safe' has the key-file 'key'",
        "Give the absolute path that the key has in the running system."),
    BadLayout(
        disk(
            "{name: x, size: 40MiB, luks: {name: safe, options: luks nofail, mkfs: {type: ext4}}}"),
        ":6': LUKS volume 'safe' has options with a space",
        "Options of crypttab(5) are separated by commas."),
    BadLayout(
        disk("{name: x, size: 40MiB, luks: {name: safe, mkfs: {type: ext4, label: safe}}}"),
        ":6': LUKS volume 'safe' is called like the label of file system 'mkfs_safe'",
        "Give it another name, or the file system another label."),
    BadLayout(
        disk(
            "{name: x, size: 40MiB, luks: {name: safe, mkfs: {type: ext4}}}",
            more:
                "- lvm: {pvs: [{name: pv, base: safe}], vgs: [{name: vg, base: [pv]}], lvs: [{name: lv, base: vg, size: 8M}]}"
        ),
        ":8': physical volume 'pv' is based on 'safe', which is a LUKS volume",
        "The base of a physical volume is a partition."),
    BadLayout(
        disk(more: "- mkfs: {base: rot, type: ext4}"),
        ":8': file system 'mkfs_rot' is based on 'rot', which does not exist",
        "Did you mean 'root'?"),
    BadLayout(
        disk(more: "- mkfs: {name: a, type: ext4}"), ":8': file system 'a' has no base",
        "Add 'base: NAME'."),
    BadLayout(
        disk(more: "- mkfs: {name: a, base: b}\n- mount: {name: b, base: a}"),
        ":8': file system 'a' is based on itself: a -> b -> a",
        "The first node is a local_loop, which has no base."),
    BadLayout(
        disk(more: "- fstab: {name: a, base: root}"),
        ":8': fstab entry 'a' is based on 'root', which is a partition",
        "The base of a fstab entry is a mount."),
    BadLayout(
        disk("{name: a-name-that-no-guid-partition-table-holds, size: 1MiB}"),
        ":6': partition 'a-name-that-no-guid-partition-table-holds' has a name of more than 36 characters",
        "A GPT has no room for a longer one."),
    BadLayout(
        disk("{name: root, size: 1MiB}"), ":7': the name 'root' is used twice",
        "Line 6 has it already."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {type: ext4, label: cloudimg-rootfs}}"),
        ":7': file system 'mkfs_root' has the label 'cloudimg-rootfs' of 'mkfs_x'",
        "Give each file system its own; a vfat has its label in upper case."),
    BadLayout(
        disk(
            "{name: x, size: 8MiB, mkfs: {type: vfat, label: data}}",
            more: "- local_loop: {name: more, mkfs: {type: ext4, label: DATA}}"),
        ":8': file system 'mkfs_more' has the label 'DATA' of 'mkfs_x'",
        "Give each file system its own; a vfat has its label in upper case."),
    BadLayout(
        disk("{name: x, size: 400MiB, mkfs: {type: xfs, label: thirteen-long}}"),
        ":6': file system 'mkfs_x' has the label 'thirteen-long' of 13 bytes",
        "A label of xfs has at most 12 bytes."),
    BadLayout(
        disk("{name: eight-letters, size: 40MiB, mkfs: {type: vfat}}"),
        ":6': file system 'mkfs_eight-letters' has the label 'mkfs_eight-letters' of 18 bytes",
        "A label of vfat has at most 11 bytes."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {type: ext5}}"),
        ":6': file system 'mkfs_x' has the unknown type 'ext5'",
        "Did you mean 'ext2'? Known are: ext2, ext3, ext4, xfs, btrfs, vfat, swap."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {type: ext4, mount: {mount_point: /}}}"),
        ":7': file system 'mkfs_root' is mounted at '/' like 'mkfs_x'",
        "Give each file system a mount_point of its own."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {type: ext4, mount: {mount_point: var}}}"),
        ":6': mount 'mount_mkfs_x' has the mount_point 'var'",
        "Give an absolute path such as '/boot'."),
    BadLayout(
        disk("{name: x, size: 100%}"),
        ":7': partition 'root' gets no room: 'x' before it takes all that is left",
        "Give 'x' a size, or put it last."),
    BadLayout(
        disk("{name: x, size: 2GiB}"),
        ":6': partition 'x' ends at 2.0 GiB, but the disk has room up to 1024 MiB",
        "The disk 'image0' has 1.0 GiB; make it larger or its partitions smaller."),
    BadLayout(
        "- local_loop: {name: image0, size: 2GiB, max_size: 1GiB, mkfs: {type: ext4}}",
        ":1': disk 'image0' has 2.0 GiB, more than the 1.0 GiB of its max_size",
        "Give it a smaller size."),
    BadLayout(
        disk("{name: x, size: 10gib}"),
        ":6': partition 'x' has the size '10gib', which is no size",
        "Write a number and a unit, such as 550MiB or 4GB."),
    BadLayout(
        disk("{name: x, size: 1MiB, flags: [primary]}"),
        ":6': partition 'x' has the flag 'primary'", "A GPT has no other kind."),
    BadLayout(
        disk("{name: x, size: 1MiB, flags: [bot]}"),
        ":6': partition 'x' has the unknown flag 'bot'", "Flags are 'boot' and 'primary'."),
    BadLayout(
        disk("{name: x, size: 1MiB, type: 0x1ff}", label: "mbr"),
        ":6': partition 'x' has the unknown type '0x1ff'",
        "An MBR has types such as '0x83' for Linux and '0x82' for swap."),
    BadLayout(
        disk(label: "dos"),
        ":4': partition table 'partitioning_image0' has the unknown label 'dos'",
        "Use 'gpt' or 'mbr'."),
    BadLayout(
        "- local_loop: {name: image0, mkfs: {type: ext4}}",
        ":1': no file system is mounted at '/'",
        "Add 'mount: {mount_point: /}' to the root file system."),
    BadLayout(
        "- local_loop: {name: image0, mkfs: {type: vfat, mount: {mount_point: /}, label: a}}",
        ":1': file system 'mkfs_image0' is vfat, which cannot hold a root file system",
        "Use ext4, xfs or btrfs."),
]

/// Nodes that do not fit together, and settings that are missing or make no sense.
private let misfits = [
    BadLayout(
        "- local_loop:\n    name: image0\n   size: 1",
        ":3': did not find expected key", "Column 4 of that line is where reading stopped."),
    BadLayout(
        "- local_loop: {name: a, name: b}", ":1': the key 'name' stands there twice",
        "Leave one of them out."),
    BadLayout(
        "- mkfs: {name: r, base: x}\n  mount: {name: m, base: r, mount_point: /}",
        ":1': an item of the list is no map with a single key",
        "Each item is one of 'local_loop', 'partitioning', 'lvm', 'luks', 'mkfs', 'mount', 'fstab'."
    ),
    BadLayout(
        "- local_loop: image0", ":1': the disk's settings are no map",
        "Write 'KEY: VALUE' pairs, indented below it."),
    BadLayout(
        "- local_loop: {name: image0}\n- partitioning: {base: image0, label: gpt}",
        ":2': the partition table has no list 'partitions'",
        "Add 'partitions:' and below it '- {name: root, size: 100%}'."),
    BadLayout(
        "- local_loop: {name: image0}\n- partitioning: {base: image0, label: gpt, partitions: [a]}",
        ":2': a partition is no map of settings", "Write '- {name: root, size: 100%}'."),
    BadLayout(
        disk("{size: 1MiB}"), ":6': the partition has no name", "Add 'name: NAME'."),
    BadLayout(
        disk("{name: x}"), ":6': partition 'x' has no size",
        "Add 'size: 100%' for all that is left."),
    BadLayout(
        disk("{name: x, base: other, size: 1MiB}"),
        ":6': a partition is based on 'other', and its table on 'image0'",
        "Leave out 'base': a partition belongs to the table that lists it."),
    BadLayout(
        "- local_loop: {name: image0}\n- partitioning: {base: image0, partitions: [{name: a, size: 1MiB}]}",
        ":2': partition table 'partitioning_image0' has no label",
        "Add 'label: gpt' or 'label: mbr'."),
    BadLayout(
        disk(
            more:
                "- partitioning: {name: t, base: image0, label: gpt, partitions: [{name: a, size: 1MiB}]}"
        ),
        ":8': partition table 't' is the second partition table of 'image0'",
        "Leave one of them out."),
    BadLayout(
        disk(more: "- mkfs: {base: image0, type: ext4}"),
        ":3': partition table 'partitioning_image0' shares its disk 'image0' with a file system",
        "Leave one of them out."),
    BadLayout(
        disk(more: "- mkfs: {name: b, base: root, type: ext4}"),
        ":8': file system 'b' is the second file system of 'root'", "Leave one of them out."),
    BadLayout(
        disk(more: "- mount: {name: b, base: mkfs_root, mount_point: /b}"),
        ":8': mount 'b' is the second mount of 'mkfs_root'", "Leave one of them out."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {}}"), ":6': file system 'mkfs_x' has no type",
        "Add 'type: ext4', or another file system."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {type: ext4, uuid: 12-34}}"),
        ":6': file system 'mkfs_x' has the uuid '12-34', which is none",
        "Write 32 hexadecimal digits as 8-4-4-4-12, or leave it out to have one derived."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {type: swap, label: seventeen-letters}}"),
        ":6': file system 'mkfs_x' has the label 'seventeen-letters' of 17 bytes",
        "A label of swap has at most 16 bytes."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {type: ext4, mount: {}}}"),
        ":6': mount 'mount_mkfs_x' has no mount_point", "Add 'mount_point: /PATH'."),
    BadLayout(
        disk("{name: x, size: 1MiB, mkfs: {type: ext4, mount: {mount_point: /a/../b}}}"),
        ":6': mount 'mount_mkfs_x' has the mount_point '/a/../b'",
        "Give an absolute path such as '/boot'."),
    BadLayout(
        disk(
            "{name: x, size: 1MiB, mkfs: {type: ext4, mount: {mount_point: /x, fstab: {options: 'a, b'}}}}"
        ),
        ":6': fstab entry 'fstab_mount_mkfs_x' has options with a space",
        "Options are separated by commas."),
    BadLayout(
        disk(
            "{name: x, size: 1MiB, mkfs: {type: ext4, mount: {mount_point: /x, fstab: {fsck-passno: last}}}}"
        ),
        ":6': fstab entry 'fstab_mount_mkfs_x' has the fsck-passno 'last'", "Use 0, 1 or 2."),
    BadLayout(
        disk(
            "{name: x, size: 1MiB, mkfs: {type: ext4, mount: {mount_point: /x, fstab: {fck-passno: 1}}}}"
        ),
        ":6': unknown key 'fck-passno'", "Did you mean 'fsck-passno'?"),
    BadLayout(
        disk("{name: x, size: [1MiB]}"), ":6': 'size' is no plain value",
        "Write one word, without brackets."),
    BadLayout(
        disk("{name: x, size: 40MiB, luks: {name: safe, uuid: one, mkfs: {type: ext4}}}"),
        ":6': LUKS volume 'safe' has the uuid 'one', which is none",
        "Write 32 hexadecimal digits as 8-4-4-4-12, or leave it out."),
    BadLayout(
        disk("{name: x, size: 8MiB, type: '0x83'}"),
        ":6': partition 'x' has the unknown type '0x83'",
        "Use a GUID or a code of sgdisk, such as 'EF00', '8200' or '8300'."),
]

/// What has no room, or no place.
private let crowded = [
    BadLayout(
        disk("{name: x, size: 0%}"), ":6': partition 'x' has the size '0%'",
        "A share is above 0 % and at most 100 %."),
    BadLayout(
        disk("{name: x, size: 101%}"), ":6': partition 'x' has the size '101%'",
        "A share is above 0 % and at most 100 %."),
    BadLayout(
        disk("{name: x, size: 1MiB, start: 1000}"),
        ":6': partition 'x' starts at 1000, which is no multiple of 1.0 MiB",
        "The disk 'image0' has 1.0 GiB; make it larger or its partitions smaller."),
    BadLayout(
        disk("{name: x, size: 9MiB, start: 8MiB}\n      - {name: y, size: 1MiB, start: 16MiB}"),
        ":7': partition 'y' starts at 16.0 MiB, before the disk is free at 17.0 MiB",
        "The disk 'image0' has 1.0 GiB; make it larger or its partitions smaller."),
    BadLayout(
        disk("{name: x, size: 1MiB, start: 1MiB}", label: "mbr"),
        ":6': partition 'x' starts at 1.0 MiB, before the disk is free at 2.0 MiB",
        "The disk 'image0' has 1.0 GiB; make it larger or its partitions smaller."),
    BadLayout(
        disk("{name: x, size: 1MiB, start: 2GiB}"),
        ":6': partition 'x' ends at 2.0 GiB, but the disk has room up to 1024 MiB",
        "The disk 'image0' has 1.0 GiB; make it larger or its partitions smaller."),
    BadLayout(
        disk().replacing("1GiB", with: "10KiB"), ":7': partition 'root' gets no room",
        "The disk 'image0' has 10.0 KiB; make it larger or its partitions smaller."),
    BadLayout(
        disk("{name: x, size: 100MiB, mkfs: {type: xfs}}"),
        ":6': partition 'x' has 100 MiB, and xfs needs at least 300 MiB",
        "The disk 'image0' has 1.0 GiB; make it larger or its partitions smaller."),
    BadLayout(
        "- local_loop: {name: image0, mkfs: {type: xfs, mount: {mount_point: /}}}\n"
            + "- local_loop: {name: b, size: 4MiB, mkfs: {type: vfat}}",
        ":2': disk 'b' has 4.0 MiB, and vfat needs at least 8.0 MiB",
        "The disk 'b' has 4.0 MiB; make it larger or its partitions smaller."),
    BadLayout(
        disk(label: "gpt\n    align: 1000"),
        ":5': partition table 'partitioning_image0' has the alignment 1000 B",
        "Use a multiple of 4 KiB."),
    BadLayout(
        disk("{name: x, size: 3TiB, flags: [primary]}", label: "mbr")
            .replacing("size: 1GiB", with: "size: 4TiB"),
        ":6': partition 'x' ends at 3.0 TiB, but the disk has room up to 2.0 TiB",
        "The disk 'image0' has 4.0 TiB; make it larger or its partitions smaller."),
    BadLayout(
        disk("{name: x, size: 3TiB, flags: [primary]}", label: "mbr")
            .replacing(", size: 1GiB", with: ""),
        ":6': partition 'x' ends at 3.0 TiB, but the disk has room up to 2.0 TiB",
        "Partitions stand in the order of their places; an MBR ends at 2^32 blocks."),
    BadLayout(
        disk(
            (1...5).map { "{name: p\($0), size: 1MiB, flags: [primary]}" }.joined(
                separator: "\n      - "),
            label: "mbr"),
        ":9': partition 'p4' is one more than the 3 that the table has room for",
        "An MBR holds four primary partitions, or three and logical ones behind them."),
    BadLayout(
        disk(label: "mbr", more: "").replacing(
            "size: 100%", with: "size: 10%"
        ).replacing(
            "- {name: root", with: "- {name: l, size: 1MiB}\n      - {name: root, flags: [primary]"),
        ":8': partition 'root' is primary and comes after a logical one",
        "Put all partitions with the flag 'primary' first."),
    BadLayout(
        disk(
            (1...128).map { "{name: p\($0), size: 1MiB}" }.joined(separator: "\n      - ")),
        ":134': partition 'root' is one more than the 128 that the table has room for",
        "A GPT holds 128 partitions."),
]

private let refused = bad + misfits + crowded

@Test(arguments: refused.indices)
private func aBadLayoutIsRefusedWithItsLineAndAHint(_ index: Int) throws {
    let layout = refused[index]
    let error = #expect(throws: BuildError.self) { try LayoutSample.layout(layout.text) }
    #expect(error?.code == .refused)
    #expect(error?.message == "disk layout 'd.yaml" + layout.message)
    #expect(error?.hint == layout.hint)
}
