// SPDX-License-Identifier: Apache-2.0

import OperatingSystem
import Testing

/// Partition tables and fstabs as text, and what is made of them.
struct ImagePartitionTests {
    private static let gpt = """
        label: gpt
        device: image
        unit: sectors
        sector-size: 4096

        image1 : start=        2048, size=      204800, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=AA-1, name="the root"
        image15 : start=         256, size=        1024, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=AA-2
        """
    private static let mbr = """
        label: dos
        unit: sectors

        image.raw1 : start=        2048, size=       40960, type=83, bootable
        image.raw2 : start=       43008, size=       81920, type=5
        image.raw5 : start=       45056, size=       40960, type=8e
        """

    @Test func `a GPT's partitions are byte ranges with types, names and numbers`() {
        let found = ImagePartition.parse(Self.gpt)
        #expect(found.map(\.number) == [1, 15])
        #expect(found[0].offset == 2048 * 4096 && found[0].size == 204800 * 4096)
        #expect(found[0].partitionLabel == "the root" && found[0].partitionID == "aa-1")
        #expect(found.map(\.purpose) == [.other, .efi])
    }

    @Test func `an MBR's extended partition is none of its own`() {
        let found = ImagePartition.parse(Self.mbr)
        #expect(found.map(\.number) == [1, 5])
        #expect(found[1].offset == 45056 * 512)
        #expect(found.map(\.purpose) == [.other, .volumeGroup])
    }

    private func partition(
        _ number: Int, _ fileSystem: String, label: String = "", type: String = "", size: UInt64 = 1
    ) -> ImagePartition {
        var partition = ImagePartition()
        partition.number = number
        partition.describe(by: "TYPE=\(fileSystem)\nLABEL=\(label)\nUUID=id-\(number)\n")
        partition.type = type
        partition.size = size
        return partition
    }

    @Test func `the root is looked for by type, then label, then size`() {
        let parts = [
            partition(1, "vfat", label: "UEFI"), partition(2, "ext4", label: "BOOT", size: 9),
            partition(3, "xfs", size: 5), partition(4, "btrfs", size: 7),
            partition(5, "ext4", label: "cloudimg-rootfs", size: 2),
            partition(6, "ext4", type: "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
            partition(7, "swap"), partition(8, "LVM2_member"),
        ]
        #expect(ImageDisk.rootCandidates(parts).map(\.number) == [6, 5, 4, 3, 2])
    }

    @Test(arguments: [
        ("UUID=id-3", true), ("UUID=\"ID-3\"", true), ("LABEL=home", true), ("LABEL=Home", false),
        ("/dev/disk/by-uuid/id-3", true), ("/dev/vda3", true), ("/dev/sda3", true),
        ("/dev/vda13", false), ("UUID=id-30", false), ("PARTUUID=id-3", false),
    ])
    func `a line of an fstab means a partition by any of its names`(
        source: String, isMeant: Bool
    ) throws {
        let table = FileSystemTable("\(source) /home ext4 defaults 0 2")
        let entry = try #require(table.entries.first)
        #expect(entry.means(partition(3, "ext4", label: "home")) == isMeant)
    }

    @Test func `an fstab's file systems of disks come outer ones first`() {
        let table = FileSystemTable(
            """
            # comment
            UUID=a / btrfs subvol=root 0 0
            LABEL=UEFI /boot/efi vfat umask=0077 0 1
            tmpfs /tmp tmpfs defaults 0 0
            UUID=s none swap sw 0 0
            /dev/mapper/vg-data /srv xfs defaults 0 0
            UUID=a /home\\040dir btrfs compress=zstd:1,subvol=/@/home/ 0 0
            LABEL=BOOT /boot ext4 defaults 0 2
            """)
        #expect(table.entries.map(\.mountPoint) == ["/srv", "/home dir", "/boot", "/boot/efi"])
        #expect(table.entries[1].subvolume == "@/home")
        #expect(table.entries[0].isMapped && !table.entries[1].isMapped)
    }

    @Test(arguments: [
        ("https://a.example/b/c.img?x=1", "c.img", "https://a.example/b/SUMS"),
        ("http://u:p@a.example/c.img", "c.img", "http://***@a.example/SUMS"),
        ("file:///srv/c.img", "c.img", "/srv/SUMS"), ("c.img", "c.img", "SUMS"),
    ])
    func `files beside an image are found at URLs and paths`(
        text: String, name: String, sibling: String
    ) {
        let place = ImagePlace(text)
        #expect(place.name == name)
        #expect(place.sibling("SUMS").description == sibling)
    }
}
