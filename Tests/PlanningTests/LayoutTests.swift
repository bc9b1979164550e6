// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

struct LayoutTests {
    @Test func `the original's MBR layout is one bootable primary partition`() throws {
        let layout = try LayoutSample.layout(LayoutSample.mbr) { $0.imageSize = .gibibytes(2) }
        let disk = try #require(layout.disks.first)
        let partition = try #require(disk.partitions.first)
        #expect(layout.table == .mbr)
        #expect(partition.isBootable && !partition.isLogical)
        #expect(partition.type == .code(0x83))
        #expect(
            partition.volume
                == Volume(
                    name: "mkfs_root", type: .ext4, label: "cloudimg-rootfs",
                    mount: .init(point: "/", table: .init(checkPass: 1))))
        // 100 % is the disk without its first and its last MiB.
        let geometry = try DiskGeometry(disk, size: .gibibytes(2))
        #expect(
            geometry.ranges == [.init(offset: .mebibytes(1), length: .mebibytes(2046))])
        #expect(layout.mountTable == "LABEL=cloudimg-rootfs / ext4 defaults 0 1\n")
    }

    @Test func `tree and graph notation say the same`() throws {
        let tree = """
            - local_loop:
                name: image0
                partitioning:
                  label: gpt
                  partitions:
                    - {name: BSP, type: 'EF02', size: 8MiB}
                    - name: root
                      size: 100%
                      mkfs: {mount: {mount_point: /, fstab: {fsck-passno: 1}}}
            """
        #expect(
            try LayoutSample.layout(tree) == LayoutSample.layout(LayoutSample.gpt))
    }

    @Test(arguments: [(512, "550MiB"), (4096, "500MiB")] as [(Int, String)])
    func `the EFI layouts mount the root before the system partition`(
        _ blockSize: Int, _ size: String
    ) throws {
        let layout = try LayoutSample.layout(
            LayoutSample.efi(blockSize: blockSize, espSize: size))
        #expect(layout.mounts.map(\.entry.point) == ["/", "/boot/efi"])
        #expect(layout.disks[0].blockSize == Int64(blockSize))
        #expect(
            layout.mountTable == """
                LABEL=cloudimg-rootfs / ext4 defaults 0 1
                LABEL=MKFS_ESP /boot/efi vfat defaults 0 2

                """)
        let names = layout.disks[0].partitions.map(\.type.description)
        #expect(names == ["EF00", "EF02", "8300"])
    }

    @Test func `the layout for POWER is for POWER only`() throws {
        let error = #expect(throws: BuildError.self) { try LayoutSample.layout(LayoutSample.power) }
        #expect(
            error?.message == "disk layout 'd.yaml:6': partition 'PReP' is a boot partition of"
                + " ppc64el, but the image is for amd64")
        let layout = try LayoutSample.layout(LayoutSample.power) { $0.architecture = "ppc64el" }
        #expect(layout.disks[0].partitions.map(\.type) == [.code(0x41), .code(0x83)])
    }

    @Test func `logical partitions lie behind sectors of their own`() throws {
        let layout = try LayoutSample.layout(
            """
            - local_loop: {name: image0, size: 1GiB}
            - partitioning:
                base: image0
                label: mbr
                partitions:
                  - {name: root, flags: [boot, primary], size: 512MiB}
                  - {name: a, size: 100MiB}
                  - {name: b, size: 50%}
                  - {name: c, size: 100%}
            - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
            """)
        let disk = layout.disks[0]
        let geometry = try DiskGeometry(disk, size: .gibibytes(1))
        func range(_ offset: Int64, _ length: Int64) -> ByteRange {
            .init(offset: .mebibytes(offset), length: .mebibytes(length))
        }
        #expect(
            geometry.ranges
                == [
                    range(1, 512), range(514, 100), range(615, 204),
                    // Half a MiB is lost to the alignment of 50 % of 409 MiB.
                    range(821, 203),
                ].enumerated().map { $0.offset == 2 ? halfMore($0.element) : $0.element })
        #expect(geometry.extended == range(513, 511))
        #expect(disk.table.map { table in (0..<4).map(table.number) } == [1, 5, 6, 7])
    }

    @Test func `partitions start where they say, the others behind the one before them`() throws {
        let disk = try LayoutSample.layout(
            """
            - local_loop: {name: image0, size: 1GiB, mkfs: }
            - partitioning:
                base: image0
                label: mbr
                align: 64KiB
                partitions:
                  - {name: boot, flags: [primary], start: 8MiB, size: 1MiB}
                  - {name: root, flags: [primary], size: 100000000}
                  - {name: a, start: 200MiB, size: 1MiB}
                  - {name: b, size: 50%}
                  - {name: c, start: 900MiB, size: rest}
            - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
            """.replacing(", mkfs: ", with: "")
        ).disks[0]
        let geometry = try DiskGeometry(disk, size: .gibibytes(1))
        let (unit, mebibyte) = (Int64(64 << 10), Int64(1 << 20))
        // The sector in front of a logical partition has a unit of its own.
        let second = 201 * mebibyte + unit
        let half = ((1024 * mebibyte - 201 * mebibyte - unit) / 2) / 512 * 512
        #expect(
            geometry.ranges.map { [$0.offset.bytes, $0.length.bytes] } == [
                [8 * mebibyte, mebibyte], [9 * mebibyte, 99_999_744],
                [200 * mebibyte, mebibyte], [second, half],
                [900 * mebibyte, 124 * mebibyte],
            ])
        #expect(geometry.extended?.offset.bytes == 200 * mebibyte - unit)
    }

    @Test func `a GPT has its own sectors, however small the alignment is`() throws {
        for (blockSize, first) in [(512, 20480), (4096, 24576)] as [(Int64, Int64)] {
            let table = PartitionTable(
                kind: .gpt, alignment: .kibibytes(4),
                partitions: [.init(name: "a", size: .rest, type: .guid(PartitionType.linux))])
            let disk = Disk(name: "image0", blockSize: blockSize, content: .table(table))
            let geometry = try DiskGeometry(disk, size: .mebibytes(4))
            #expect(geometry.ranges[0].offset.bytes == first)
        }
    }

    @Test func `fields of fstab have no white space of their own`() throws {
        let layout = try LayoutSample.layout(
            """
            - local_loop: {name: image0}
            - partitioning:
                base: image0
                label: gpt
                partitions:
                  - {name: Root Part, size: 64MiB, mkfs: {type: ext4, mount: {mount_point: /, fstab: {}}}}
                  - {name: b, size: rest, mkfs: {type: ext4, label: a\\b, mount: {mount_point: /my files, fstab: {}}}}
            """)
        #expect(
            layout.mountTable == #"""
                LABEL=mkfs_Root\040Part / ext4 defaults 0 2
                LABEL=a\134b /my\040files ext4 defaults 0 2

                """#)
    }

    @Test func `a partition may name its disk as its base, and YAML its anchors`() throws {
        let layout = try LayoutSample.layout(
            """
            - local_loop: {name: image0}
            - partitioning:
                base: image0
                name: mbr
                label: mbr
                partitions:
                  - {name: root, base: image0, flags: &flags [boot, primary], size: 1GiB}
                  - {name: other, flags: *flags, size: 100%}
            - mkfs: {name: mkfs_root, base: root, mount: {mount_point: /}}
            - mkfs: {base: other, type: ext4, label: Cloudimg-rootfs}
            """)
        #expect(layout.disks[0].partitions.allSatisfy { $0.isBootable && !$0.isLogical })
    }

    private func halfMore(_ range: ByteRange) -> ByteRange {
        .init(offset: range.offset, length: range.length + .kibibytes(512))
    }

    @Test func `options of the build fill in the root file system, and the file's own words win`()
        throws
    {
        func root(_ format: String, _ change: (inout BuildRequest) -> Void) throws -> Volume? {
            let text =
                "- local_loop: {name: image0}\n"
                + "- mkfs: {name: mkfs_root, base: image0, mount: {mount_point: /}\(format)}\n"
            return try LayoutSample.layout(text, change: change).root
        }
        let open = try root("") { $0.rootLabel = "mine" }
        #expect(open?.label == "mine")
        let closed = try root(", label: theirs") { $0.rootLabel = "mine" }
        #expect(closed?.label == "theirs")
        let large = try LayoutSample.layout(LayoutSample.mbr) {
            $0.environment["DIB_BLOCK_SIZE"] = "4096"
        }
        #expect(large.disks[0].blockSize == 4096)
    }

    @Test func `an element's file for the architecture comes before its default`() throws {
        func source(_ text: String) -> YAMLSource {
            YAMLSource(kind: "disk layout", name: "e.yaml", text: text)
        }
        var element = Sample.legacy("disk", provides: ["block-device"])
        element.layouts = [
            "block-device-default.yaml": source(LayoutSample.mbr),
            "block-device-ppc64el.yaml": source(LayoutSample.power),
        ]
        let request = Sample.request("os", "disk")
        let layout = try Sample.plan(request, [Sample.system, element]).layout
        #expect(layout.disks[0].partitions.map(\.name) == ["root"])
        #expect(layout.element == "disk")
        var other = request
        other.architecture = "ppc64el"
        let power = try Sample.plan(other, [Sample.system, element]).layout
        #expect(power.disks[0].partitions.map(\.name) == ["PReP", "root"])
    }
}
