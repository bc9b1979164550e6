// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// The sizes that are computed for XFS, btrfs and vfat: the least one holds the tree, and the share of free space is what
/// was asked for.
struct VolumeNeedTests {
    /// 2000 small files in 20 folders, 600 names in the topmost one, and `size` MiB in four files.
    private static func tree(_ size: Int) -> String {
        """
        for folder in $(seq 20); do
            mkdir "Folder $folder"
            for file in $(seq 100); do echo $folder $file >"Folder $folder/a small file $file"; done
        done
        for name in $(seq 600); do : >"an empty file $name"; done
        for name in $(seq 4); do head -c \(size / 4)M /dev/urandom >"large $name"; done
        find . -exec touch -d @1600000000 {} +
        """
    }

    private func layout(
        _ type: FileSystemType, _ options: String, size: String
    ) throws -> DiskLayout {
        try LayoutImage.layout(
            """
            - local_loop: {name: image0, mkfs: {name: mkfs_root, mount: {mount_point: /}}}
            - local_loop: {name: data\(size)}
            - mkfs: {base: data, type: \(type), opts: "\(options)", mount: {mount_point: /data}}
            """)
    }

    /// Builds, checks and compares; the free share in percent, by the kernel or by mtools.
    ///
    /// Mounted read-only, XFS does not count what it reserves, and btrfs counts nothing as free.
    private func build(_ fixture: ImageFixture) throws -> Double {
        try shell("rm -rf $1", fixture.folder.appending("out").string)
        let image = try LayoutImage(fixture: fixture)
        let volume = try #require(image.measure.disks.last?.volumes.first)
        try image.check(volume)
        let raw = image.image(of: "data").string
        if volume.volume.type == .vfat {
            #expect(try image.fatFiles(volume) == image.plainFiles("/data"))
            let free = try shell(
                "MTOOLSRC=/dev/null mdir -i $1 :: | sed -n 's/ bytes free//p' | tr -d ' \\n'", raw)
            return try #require(Double(free)) / Double(volume.range.length.bytes) * 100
        }
        let free = try shell(
            """
            mkdir -p $2; mount -o loop $1 $2; trap 'umount $2' EXIT
            diff -r $2 $3/data >&2
            df --block-size=1 --output=avail,size $2 | awk 'END { printf "%.3f", $1 / $2 * 100 }'
            """, raw, fixture.folder.appending("point").string, fixture.tree.string)
        return try #require(Double(free))
    }

    @Test(arguments: [
        (FileSystemType.xfs, "", 280), (.btrfs, "", 280), (.vfat, "", 60), (.vfat, "-s 32", 60),
        (.vfat, "-F 32", 60),
    ])
    func `the least size holds the tree, and a computed one leaves the free share`(
        type: FileSystemType, options: String, size: Int
    ) throws {
        // In memory: a gigabyte is written, and what a disk makes of it does not matter here.
        try TemporaryFolder.with("need", in: "/dev/shm") { folder in
            var fixture = ImageFixture(folder: folder)
            try shell("mkdir -p $1/data; cd $1/data; " + Self.tree(size), fixture.tree.string)
            fixture.layout = try layout(type, options, size: ", size: \(type.leastSize.bytes)")
            let error = #expect(throws: BuildError.self) { try fixture.measured([.raw]) }
            let message = try #require(error?.message)
            let least = try #require(
                message.firstMatch(of: /its files need at least ([0-9]+ MiB)$/)?.1, "\(message)")
            fixture.layout = try layout(type, options, size: ", size: \(least)")
            _ = try build(fixture)
            fixture.layout = try layout(type, options, size: "")
            let free = try build(fixture)
            #expect((8...16).contains(free), "\(free) %")
        }
    }
}
