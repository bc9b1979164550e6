// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import Planning
import SystemPackage
import TestSupport
import Testing

/// Volume groups as lvm(8) reads them from the partitions of an image, without device-mapper.
struct VolumeGroupImageTests {
    /// A layout of the original's tests: its partitions, groups by their physical volumes, and volumes with sizes.
    ///
    /// ext4 takes the place of XFS, which Debian's mkfs.xfs makes of 300 MiB and more only.
    struct Original: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let partitions: [(name: String, size: String)]
        let groups: [(name: String, partitions: [String])]
        let volumes: [(name: String, group: String, size: String, point: String)]

        var text: String {
            let parts = partitions.map {
                "      - {name: \($0.name), flags: [primary], size: \($0.size)}"
            }
            let members = groups.flatMap(\.partitions).map {
                "      - {name: pv_\($0), base: \($0), options: [--force]}"
            }
            let groups = groups.map { group in
                let members = group.partitions.map { "pv_\($0)" }.joined(separator: ", ")
                return "      - {name: \(group.name), base: [\(members)], options: [--force]}"
            }
            let logical = volumes.map { volume in
                let key = volume.size.contains("%") ? "extents" : "size"
                return
                    "      - {name: \(volume.name), base: \(volume.group), \(key): \(volume.size)}"
            }
            let formats = volumes.map { volume in
                "- mkfs: {name: fs_\(volume.name), base: \(volume.name), type: ext4, mount: {mount_point: \(volume.point)}}"
            }
            return
                ([
                    "- local_loop: {name: image0}", "- partitioning:", "    base: image0",
                    "    label: mbr", "    partitions:",
                ]
                + parts + ["- lvm:", "    name: lvm", "    pvs:"] + members + ["    vgs:"] + groups
                + ["    lvs:"] + logical + formats).joined(separator: "\n")
        }
    }

    private static let six = [
        ("lv_root", "1800M", "/"), ("lv_tmp", "100M", "/tmp"), ("lv_var", "500M", "/var"),
        ("lv_log", "100M", "/var/log"), ("lv_audit", "100M", "/var/log/audit"),
        ("lv_home", "200M", "/home"),
    ]

    private static let originals = [
        Original(
            testDescription: "several volumes", partitions: [("root", "3G")],
            groups: [("vg", ["root"])],
            volumes: six.map { ($0.0, "vg", $0.1, $0.2) }),
        Original(
            testDescription: "shares of the group", partitions: [("root", "3G")],
            groups: [("vg", ["root"])],
            volumes: zip(six, [28, 4, 40, 23, 4, 1]).map { ($0.0, "vg", "\($1)%VG", $0.2) }),
        Original(
            testDescription: "a group of two partitions",
            partitions: [("root", "3G"), ("data", "1G")],
            groups: [("vg", ["root", "data"])],
            volumes: six.map { ($0.0, "vg", $0.1, $0.2) }),
        Original(
            testDescription: "two groups", partitions: [("root", "3G"), ("data", "1G")],
            groups: [("vg1", ["root"]), ("vg2", ["data"])],
            volumes: six.enumerated().map { ($1.0, $0 < 2 ? "vg1" : "vg2", $1.1, $1.2) }),
        Original(
            testDescription: "a volume that spans two partitions",
            partitions: [("root", "3G"), ("data1", "1G"), ("data2", "1G")],
            groups: [("vg_root", ["root"]), ("vg_data", ["data1", "data2"])],
            volumes: [
                ("lv_root", "vg_root", "1800M", "/"), ("lv_data", "vg_data", "1900M", "/opt"),
            ]),
    ]

    @Test(arguments: originals)
    func `lvm finds the original's layouts as they were planned`(layout: Original) throws {
        let tree = LayoutImage.tree + "\nmkdir -p tmp var/log/audit opt; echo data >opt/data"
        try LayoutImage.with(layout.text, tree: tree) { try expectGroups($0) }
    }

    @Test func `lvm finds stripes, small extents and volumes in several pieces`() throws {
        try LayoutImage.with(SampleLayout.volumeGroups.text) { try expectGroups($0) }
    }

    @Test func `a group's bytes follow from the tree`() throws {
        let sums = try (0..<2).map { _ in
            var sum = ""
            try LayoutImage.with(SampleLayout.volumeGroups.text) {
                sum = try shell("sha256sum <$1", $0.image(of: "image0").string)
            }
            return sum
        }
        #expect(sums[0] == sums[1])
    }

    /// Compares what lvm lists with the plan, and has it check the groups.
    private func expectGroups(_ image: LayoutImage) throws {
        let disk = try #require(image.measure.disks.first)
        let ranges = disk.geometry.ranges.map { "\($0.offset.bytes) \($0.length.bytes)" }
        let found = try shell(
            Self.script, image.image(of: "image0").string, ranges.joined(separator: "\n"))
        var expected: [String] = []
        for group in disk.disk.groups {
            let placed = try disk.disk.placed(group, in: disk.geometry)
            let numbers = group.physicalVolumes.map { member in
                disk.disk.partitions.firstIndex { $0.name == member.partition } ?? 0
            }
            for (volume, segments) in zip(group.logicalVolumes, placed.segments) {
                for segment in segments {
                    let count = segment.extents / Int64(segment.stripes.count)
                    let places = segment.stripes.map {
                        "p\(numbers[$0.physicalVolume]):\($0.firstExtent)-\($0.firstExtent + count - 1)"
                    }
                    let unit = segment.stripes.count > 1 ? volume.stripeSize.bytes : 0
                    expected.append(
                        "\(group.name)/\(volume.name) \(segment.stripes.count) \(unit) \(segment.firstExtent)"
                            + " \(segment.extents) \(places.joined(separator: " "))")
                }
            }
        }
        #expect(found.split(separator: "\n").map(String.init) == expected.sorted())
    }

    /// Arguments: the image, and a line with offset and length for each partition; prints a line for each segment.
    private static let script = """
        image=$1 devices=()
        detach() { for device in "${devices[@]}"; do losetup --detach $device; done; }
        trap detach EXIT
        while read -r offset length; do
            devices+=("$(losetup --find --show --offset $offset --sizelimit $length $image)")
        done <<<"$2"
        accepted=$(printf '"a|^%s$|",' "${devices[@]}")
        exec 10>&- 2>/dev/null || :
        run() {
            lvm "$@" --config "devices{use_devicesfile=0 filter=[$accepted\\"r|.*|\\"] obtain_device_list_from_udev=0} \
                global{activation=0} activation{udev_sync=0 udev_rules=0 monitoring=0} backup{backup=0 archive=0}"
        }
        run vgck
        names=
        for index in "${!devices[@]}"; do names+="s|${devices[$index]}:|p$index:|g;"; done
        run lvs --noheadings --units b --nosuffix --separator ' ' \
            -o vg_name,lv_name,stripes,stripe_size,seg_start_pe,seg_size_pe,seg_pe_ranges |
            sed -E "s|^ *([^ ]+) |\\\\1/|; $names" | LC_ALL=C sort
        """
}
