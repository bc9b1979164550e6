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
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
    }

    static let cases = [
        Case(
            testDescription: "MBR",
            text: """
                - local_loop: {name: image0}
                - partitioning:
                    base: image0
                    label: mbr
                    partitions: [{name: root, flags: [boot, primary], size: 100%}]
                - mkfs: {name: mkfs_root, base: root}
                - mount: {base: mkfs_root, mount_point: /}
                """),
        Case(
            testDescription: "MBR with logical partitions, ext2, ext3 and swap",
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
        Case(
            testDescription: "GPT",
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
        Case(
            testDescription: "EFI",
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
        Case(
            testDescription: "EFI with blocks of 4096 bytes",
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
        Case(
            testDescription: "XFS, btrfs and a part within a part",
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
        Case(
            testDescription: "GPT with gaps, names and GUIDs",
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
        Case(
            testDescription: "three disks with parts within parts",
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
        Case(
            testDescription: "XFS without a table",
            text:
                "- local_loop: {name: image0, mkfs: {name: mkfs_root, type: xfs, mount: {mount_point: /}}}"
        ),
    ]

    @Test(arguments: cases)
    func `other programs find what was planned`(_ item: Case) throws {
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
        try LayoutImage.with(Self.cases[index].text) { first in
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
        let text = Self.cases[3].text.replacing("size: 64MiB", with: "size: 1MiB")
        let planned = #expect(throws: BuildError.self) { try LayoutImage.with(text) { _ in } }
        #expect(
            planned?.message
                == "disk layout 'test:6': partition 'ESP' has 1.0 MiB, and vfat needs at least 8.0 MiB"
        )
        let full = LayoutImage.tree + "; head -c 9000000 /dev/zero | tr '\\0' x > boot/efi/large"
        let least = Self.cases[3].text.replacing("size: 64MiB", with: "size: 8MiB")
        let error = #expect(throws: BuildError.self) {
            try LayoutImage.with(least, tree: full) { _ in }
        }
        #expect(error?.code == .refused)
        #expect(error?.message == "'ESP' of disk 'image0' has 8.0 MiB, but needs 9.8 MiB")
        let limited = Self.cases[0].text.replacing("image0}", with: "image0, max_size: 1MiB}")
        let large = #expect(throws: BuildError.self) { try LayoutImage.with(limited) { _ in } }
        #expect(large?.message.hasPrefix("disk 'image0' needs ") == true)
        #expect(large?.message.hasSuffix(" MiB, and disk layout 'test' allows 1 MiB") == true)
        let fixed = Self.cases[1].text.replacing("size: 40MiB", with: "size: 2MiB")
        let other = #expect(throws: BuildError.self) { try LayoutImage.with(fixed) { _ in } }
        #expect(
            other?.message == "file system 'mkfs_boot' is too small: it has 2.0 MiB, and its files"
                + " need at least 3 MiB")
    }

    @Test func `what vfat cannot hold is refused before it is written`() throws {
        let tree = LayoutImage.tree + "; ln -s grub.cfg boot/efi/EFI/BOOT/link"
        let error = #expect(throws: BuildError.self) {
            try LayoutImage.with(Self.cases[3].text, tree: tree) { _ in }
        }
        #expect(
            error?.message
                == "'/boot/efi/EFI/BOOT/link' is neither a file nor a folder, which vfat cannot hold"
        )
    }

    @Test func `a mount point behind a link of the tree is refused`() throws {
        let tree = LayoutImage.tree + "; rm -r home; ln -s /tmp home"
        let error = #expect(throws: BuildError.self) {
            try LayoutImage.with(Self.cases[1].text, tree: tree) { _ in }
        }
        #expect(
            error?.message == "the mount point '/home' leads through '/home', which is no folder in"
                + " the tree")
    }
}

extension String {
    fileprivate var lines: [Substring] { split(separator: "\n") }
}
