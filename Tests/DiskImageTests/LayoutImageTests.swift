// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Each kind of layout, written from a small tree and read back with sfdisk, blkid, the file systems' own checkers and
/// the kernel.
struct LayoutImageTests {
    @Test(arguments: SampleLayout.all + [.volumeGroups, .encrypted])
    func `other programs find what was planned`(_ item: SampleLayout) throws {
        try LayoutImage.with(item.text) { image in
            for disk in image.measure.disks where disk.disk.table != nil {
                #expect(try image.table(disk.disk) == image.plannedTable(disk))
            }
            for placed in image.measure.disks.flatMap(\.volumes) {
                let found = try image.probe(placed.volume.name)
                #expect(found.first == placed.volume.type.rawValue)
                #expect(
                    found.dropFirst().first
                        == placed.volume.type.storedLabel(placed.volume.label))
                if let uuid = placed.volume.uuid { #expect(found.last == uuid) }
                try image.check(placed)
                guard let point = placed.volume.mountPoint else { continue }
                let inner = image.inner(of: point)
                if placed.volume.type == .vfat {
                    #expect(try image.fatFiles(placed) == image.plainFiles(point))
                } else {
                    let tree = try image.treeContents(point, without: inner)
                    let found = try image.contents(placed.volume.name)
                    #expect(found.lines == tree.lines)
                }
            }
        }
    }

    /// A tmpfs does not tell zeros that mke2fs asked for from what nobody wrote.
    @Test func `what is encrypted has no fault where it was written in memory`() throws {
        try LayoutImage.with(SampleLayout.encrypted.text, in: "/dev/shm") { image in
            let placed = image.measure.disks.flatMap(\.volumes)
            for volume in placed where volume.volume.encryption != nil {
                try image.check(volume)
                // Tables of inodes that hold none are zeros.
                guard volume.volume.type.isExtended else { continue }
                try shell(
                    """
                    for block in $(dumpe2fs $1 2>/dev/null | sed -n 's/.*Inode table at [0-9]*-\\([0-9]*\\).*/\\1/p'); do
                        dd if=$1 bs=4096 skip=$block count=1 status=none | cmp -n 4096 - /dev/zero
                    done
                    """, try image.extracted(volume))
            }
        }
    }

    @Test func `codes of types mean what sgdisk means by them`() throws {
        try TemporaryFolder.with("types") { folder in
            let codes = PartitionType.guids.keys.sorted()
            let make = codes.indices.map { "-n \($0 + 1):0:+64K -t \($0 + 1):\(codes[$0])" }
            let found = try shell(
                """
                truncate -s 64M $1/disk; sgdisk \(make.joined(separator: " ")) $1/disk >/dev/null
                sfdisk --json $1/disk | jq -r '.partitiontable.partitions[].type | ascii_upcase'
                """, folder.string)
            #expect(found.lines.map(String.init) == codes.map { PartitionType.guids[$0] })
        }
    }

    /// By grub-fstest: the code that reads a disk when it boots.
    @Test(arguments: ["ext2", "ext3", "ext4", "xfs", "btrfs"])
    func `GRUB reads each file system that it may find its files on`(_ type: String) throws {
        let text = """
            - local_loop: {name: image0}
            - partitioning:
                base: image0
                label: gpt
                partitions: [{name: BSP, type: 'EF02', size: 1MiB}, {name: root, size: 100%}]
            - mkfs: {name: mkfs_root, base: root, type: \(type), mount: {mount_point: /}}
            """
        try LayoutImage.with(text) { image in
            for file in ["etc/hostname", "boot/initrd", "home/ann/copy"] {
                try shell(
                    "grub-fstest $1 cmp '(loop0,gpt2)/'$2 $3/$2",
                    image.image(of: Disk.mainName).string,
                    file,
                    image.fixture.tree.string)
            }
        }
    }

    @Test(arguments: [1, 3, 4])
    func `the same tree gives the same bytes`(_ index: Int) throws {
        try LayoutImage.with(SampleLayout.all[index].text) { first in
            try shell("mv $1/out $1/one; sleep 1.1", first.fixture.folder.string)
            let times =
                "find . -type f -exec sh -c 'cat \"$1\" > \"$1.new\"; rm \"$1.new\"' sh {} ';'"
            try shell(
                "cd $1; \(times); find . -exec touch -h -d @1600000000 {} +",
                first.fixture.tree.string)
            _ = try LayoutImage(fixture: first.fixture)
            try shell("cmp $1/one/image.raw $1/out/image.raw", first.fixture.folder.string)
        }
    }

    @Test
    func `a file system that is too small for its files is refused with the size that will do`()
        throws
    {
        let text = SampleLayout.all[3].text.replacing("size: 64MiB", with: "size: 1MiB")
        let planned = #expect(throws: BuildError.self) { try LayoutImage.with(text) { _ in } }
        #expect(
            planned?.message
                == "disk layout 'test:6': partition 'ESP' has 1.0 MiB, and vfat needs at least 8.0 MiB"
        )
        let full = LayoutImage.tree + "; head -c 9000000 /dev/zero | tr '\\0' x > boot/efi/large"
        let least = SampleLayout.all[3].text.replacing("size: 64MiB", with: "size: 8MiB")
        let error = #expect(throws: BuildError.self) {
            try LayoutImage.with(least, tree: full) { _ in }
        }
        #expect(error?.code == .refused)
        #expect(error?.message == "'ESP' of disk 'image0' has 8.0 MiB, but needs 9.8 MiB")
        let limited = SampleLayout.all[0].text.replacing("image0}", with: "image0, max_size: 1MiB}")
        let large = #expect(throws: BuildError.self) { try LayoutImage.with(limited) { _ in } }
        #expect(large?.message.hasPrefix("disk 'image0' needs ") == true)
        #expect(large?.message.hasSuffix(" MiB, and disk layout 'test' allows 1 MiB") == true)
        let fixed = SampleLayout.all[1].text.replacing("size: 40MiB", with: "size: 2MiB")
        let other = #expect(throws: BuildError.self) { try LayoutImage.with(fixed) { _ in } }
        #expect(
            other?.message == "file system 'mkfs_boot' is too small: it has 2.0 MiB, and its files"
                + " need at least 3 MiB")
    }

    @Test func `what vfat cannot hold is refused before it is written`() throws {
        let tree = LayoutImage.tree + "; ln -s grub.cfg boot/efi/EFI/BOOT/link"
        let error = #expect(throws: BuildError.self) {
            try LayoutImage.with(SampleLayout.all[3].text, tree: tree) { _ in }
        }
        #expect(
            error?.message
                == "'/boot/efi/EFI/BOOT/link' is neither a file nor a folder, which vfat cannot hold"
        )
    }

    @Test func `a mount point behind a link of the tree is refused`() throws {
        let tree = LayoutImage.tree + "; rm -r home; ln -s /tmp home"
        let error = #expect(throws: BuildError.self) {
            try LayoutImage.with(SampleLayout.all[1].text, tree: tree) { _ in }
        }
        #expect(
            error?.message == "the mount point '/home' leads through '/home', which is no folder in"
                + " the tree")
    }
}

extension String {
    fileprivate var lines: [Substring] { split(separator: "\n") }
}
