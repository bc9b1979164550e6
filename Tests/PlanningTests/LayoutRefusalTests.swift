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
        "Each item is one of 'local_loop', 'partitioning', 'mkfs', 'mount', 'fstab'."),
    BadLayout(
        "- local_lop: {name: a}", ":1': unknown key 'local_lop'", "Did you mean 'local_loop'?"),
    BadLayout("- local_loop: {size: 1GiB}", ":1': the disk has no name", "Add 'name: image0'."),
    BadLayout(
        "- local_loop: {name: image0, sise: 1GiB}", ":1': unknown key 'sise'",
        "Did you mean 'size'?"),
    BadLayout(
        "- local_loop: {name: image0}",
        ":1': disk 'image0' holds neither a partition table nor a file system"),
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
        disk(more: "- lvm: {name: lvm, base: [root]}"), ":8': 'lvm': LVM is not there yet",
        "Use partitions; LVM comes in a later version."),
    BadLayout(
        LayoutSample.efiLVM, ":9': 'lvm': LVM is not there yet",
        "Use partitions; LVM comes in a later version."),
    BadLayout(
        disk("{name: x, size: 1MiB, luks: {}}"), ":6': 'luks': encryption is not there yet",
        "Use partitions; encryption comes in a later version."),
    BadLayout(
        disk(more: "- mkfs: {base: rot, type: ext4}"),
        ":8': file system 'mkfs_rot' is based on 'rot', which does not exist",
        "Did you mean 'root'?"),
    BadLayout(
        disk(more: "- mkfs: {name: a, type: ext4}"), ":8': file system 'a' has no base",
        "Add 'base: NAME'."),
    BadLayout(
        disk(more: "- mkfs: {name: a, base: b}\n- mount: {name: b, base: a}"),
        ":8': file system 'a' is based on itself: a -> b -> a"),
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
        disk("{name: x, size: 1MiB, mkfs: {type: ext4, label: Cloudimg-rootfs}}"),
        ":7': file system 'mkfs_root' has the label 'cloudimg-rootfs' of 'mkfs_x'",
        "Labels are compared without case; give each file system its own."),
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
        ":7': file system 'mkfs_root' is mounted at '/' like 'mkfs_x'"),
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

@Test(arguments: bad.indices)
private func aBadLayoutIsRefusedWithItsLineAndAHint(_ index: Int) throws {
    let layout = bad[index]
    let error = #expect(throws: BuildError.self) { try LayoutSample.layout(layout.text) }
    #expect(error?.code == .refused)
    #expect(error?.message == "disk layout 'd.yaml" + layout.message)
    #expect(error?.hint == layout.hint)
}
