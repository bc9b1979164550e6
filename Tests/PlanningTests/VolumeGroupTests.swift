// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// Volume groups of LVM in layouts: what they are read as, where their volumes lie, and what is refused.
struct VolumeGroupTests {
    @Test func `the original's layout with LVM divides its partition by shares`() throws {
        let disk = try #require(LayoutSample.layout(LayoutSample.efiLVM).disks.first)
        let group = try #require(disk.groups.first)
        #expect(group.name == "vg" && group.extentSize == .mebibytes(4))
        #expect(group.physicalVolumes == [.init(name: "pv", partition: "root")])
        #expect(disk.volumes.map(\.mountPoint) == ["/", "/var", "/home"])
        let geometry = try DiskGeometry(beforeMeasuring: disk)
        let placed = try disk.placed(group, in: geometry)
        // 40 GB less the label and what is no whole extent.
        let total = (geometry.ranges[2].length - .mebibytes(1)).bytes >> 22
        #expect(
            (0..<3).map { placed.size(of: $0).bytes >> 22 }
                == [total * 23 / 100, total * 57 / 100, total * 20 / 100])
        #expect(placed.pieces(of: 0)[0].offset == geometry.ranges[2].offset + .mebibytes(1))
        #expect(placed.pieces(of: 1)[0].offset == placed.pieces(of: 0)[0].end)
    }

    @Test func `volumes lie in one piece, in several, or in turns`() throws {
        let disk = try #require(LayoutSample.layout(LayoutSample.groups).disks.first)
        let group = try #require(disk.groups.last)
        let geometry = try DiskGeometry(beforeMeasuring: disk)
        let placed = try disk.placed(group, in: geometry)
        // 63 and 79 extents of 1 MiB: ten of each for the striped one, then 53 and 37, then half of 32.
        let stripes = placed.segments[0]
        #expect(stripes.count == 1 && stripes[0].extents == 20)
        #expect(stripes[0].stripes.map(\.physicalVolume) == [1, 0])
        let pieces = placed.pieces(of: 0)
        #expect(pieces.count == 20 * 64 && pieces[0].length == .kibibytes(16))
        #expect(pieces[2].offset == pieces[0].end)
        #expect(placed.segments[1].map(\.extents) == [53, 37])
        #expect(placed.pieces(of: 1).count == 2 && placed.size(of: 1) == .mebibytes(90))
        #expect(placed.size(of: 2) == .mebibytes(16))
    }

    @Test func `names of device-mapper double the hyphens`() throws {
        let group = VolumeGroup(name: "vg-data", physicalVolumes: [])
        #expect(
            group.mapperName(of: LogicalVolume(name: "lv-a-", size: .extents(1)))
                == "vg--data-lv--a--")
    }

    @Test func `a group is as large as its volumes need it`() throws {
        let volumes = [
            LogicalVolume(
                name: "a", size: .shareOfGroup(25),
                volume: Volume(name: "fs_a", type: .ext4, label: "a")),
            LogicalVolume(name: "b", size: .absolute(.mebibytes(40))),
            LogicalVolume(
                name: "c", size: .shareOfRest(100),
                volume: Volume(name: "fs_c", type: .ext4, label: "c")),
        ]
        let group = VolumeGroup(name: "vg", physicalVolumes: [], logicalVolumes: volumes)
        // 25 % hold 30 MiB: eight extents of 32. Ten more for b; the rest are 14, and c needs eight.
        let needs = ["fs_a": ByteCount.mebibytes(30), "fs_c": .mebibytes(31)]
        #expect(try group.leastExtents(holding: needs) == 32)
        // 20 for c: of 39 extents a takes nine, b ten.
        #expect(
            try group.leastExtents(holding: needs.merging(["fs_c": .mebibytes(80)]) { $1 }) == 39)
    }

    private static func lvm(
        pvs: String = "[{name: pv, base: data}]", vgs: String = "[{name: vg, base: [pv]}]",
        lvs: String = "[{name: lv, base: vg, extents: 100%FREE}]"
    ) -> String {
        """
        - local_loop: {name: image0, size: 1GiB}
        - partitioning:
            base: image0
            label: gpt
            partitions:
              - {name: data, size: 64MiB}
              - {name: root, size: 100%, mkfs: {mount: {mount_point: /}}}
        - lvm:
            pvs: \(pvs)
            vgs: \(vgs)
            lvs: \(lvs)
        """
    }

    private static let bad: [(text: String, message: String)] = [
        (lvm(lvs: "[]"), "LVM has no list 'lvs'"),
        (lvm(pvs: "[{base: data}]"), ":9': the physical volume has no name"),
        (
            lvm(pvs: "[{name: pv, base: date}]"),
            ":9': physical volume 'pv' is based on 'date', which does not exist"
        ),
        (
            lvm(pvs: "[{name: pv, base: image0}]"),
            ":9': physical volume 'pv' is based on 'image0', which is a disk"
        ),
        (
            lvm(pvs: "[{name: pv, base: root}]"),
            ":9': physical volume 'pv' shares its partition 'root' with a file system"
        ),
        (
            lvm(vgs: "[{name: vg, base: [pw]}]"),
            ":10': volume group 'vg' is based on 'pw', which is no physical volume"
        ),
        (lvm(vgs: "[{name: vg, base: []}]"), ":10': volume group 'vg' has no physical volumes"),
        (
            lvm(vgs: "[{name: vg, base: [pv]}, {name: v2, base: [pv]}]"),
            ":10': volume group 'vg' has the physical volume 'pv', which belongs to a group already"
        ),
        (
            lvm(vgs: "[{name: 'a b', base: [pv]}]", lvs: "[{name: lv, base: a b, size: 4MiB}]"),
            ":10': volume group 'a b' has a name that LVM does not take"
        ),
        (
            lvm(vgs: "[{name: vg, base: [pv], options: [-s, 3m]}]"),
            ":10': volume group 'vg' has extents of '3m'"
        ),
        (
            lvm(vgs: "[{name: vg, base: [pv], options: [--clustered, y]}]"),
            ":10': volume group 'vg' has the option '--clustered', which dibhost does not know"
        ),
        (
            lvm(lvs: "[{name: lv, base: vg}]"),
            ":11': logical volume 'lv' has neither a size nor a number of extents"
        ),
        (
            lvm(lvs: "[{name: lv, base: vg, extents: 101%VG}]"),
            ":11': logical volume 'lv' has the extents '101%VG'"
        ),
        (
            lvm(lvs: "[{name: lv, base: vg, size: 4MiB, extents: 1}]"),
            ":11': logical volume 'lv' has a size and a number of extents"
        ),
        (
            lvm(lvs: "[{name: lv, base: vg, size: 80MiB}]"),
            ":11': logical volume 'lv' needs 80.0 MiB, and group 'vg' has 60.0 MiB left"
        ),
        (
            lvm(lvs: "[{name: lv, base: vg, size: 8MiB, options: [--stripes, '2']}]"),
            ":11': logical volume 'lv' has '2' stripes, and its group 1 physical volumes"
        ),
        (
            lvm(lvs: "[{name: lv, base: vg, size: 8MiB, type: thin-pool}]"),
            ":11': logical volume 'lv' has the type 'thin-pool', which cannot be made without"
        ),
        (
            lvm(lvs: "[{name: lv_tmeta, base: vg, size: 8MiB}]"),
            ":11': logical volume 'lv_tmeta' has a name that LVM does not take"
        ),
        (
            lvm(lvs: "[{name: lv, base: vg, size: 40MiB, mkfs: {type: xfs}}]"),
            ":11': logical volume 'lv' has 40.0 MiB, and xfs needs at least 300 MiB"
        ),
    ]

    @Test(arguments: bad)
    func `what cannot be built is refused with its line`(text: String, message: String) throws {
        let error = #expect(throws: BuildError.self) { try LayoutSample.layout(text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}
