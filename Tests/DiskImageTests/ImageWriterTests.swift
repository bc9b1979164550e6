// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Written with our code, read back with e2fsck, dumpe2fs, sfdisk, qemu-img and the kernel.
struct ImageWriterTests {
    /// What `body` finds under the mount point of the image's file system.
    private func mounted<Result>(
        _ image: String, offset: Int64, at folder: FilePath, _ body: (FilePath) throws -> Result
    ) throws -> Result {
        let point = folder.appending("mounted")
        try shell(
            "mkdir -p $1; mount -o ro,noload,loop,offset=\(offset) $2 $1", point.string, image)
        let result = Swift.Result { try body(point) }
        try Command("umount", [point.string]).checkedOutput()
        return try result.get()
    }

    @Test func `the file system holds everything that the tree held`() throws {
        try ImageFixture.with { fixture in
            // The one time that lies after the build's is set back.
            try shell("touch -h -d @\(ImageFixture.time) $1/usr/file", fixture.tree.string)
            let before = try SampleTree.description(of: fixture.tree)
            try fixture.build([.raw])
            let image = "\(fixture.folder)/out/image.raw"
            let after = try mounted(image, offset: 1 << 20, at: fixture.folder) {
                try SampleTree.description(of: $0)
            }
            #expect(after.split(separator: "\n") == before.split(separator: "\n"))
            let root = try mounted(image, offset: 1 << 20, at: fixture.folder) { point in
                try shell("stat -c '%a %u:%g' $1; stat -c %b $1/holes/empty", point.string)
            }
            #expect(root == "755 0:0\n0\n")
        }
    }

    @Test func `clusters hold everything that the tree held`() throws {
        try ImageFixture.with { fixture in
            var fixture = fixture
            fixture.layout = ImageFixture.layout(.none)
            fixture.layout.growth = RootGrowth(to: .gibibytes(1 << 20), type: .ext4)
            try shell("touch -h -d @\(ImageFixture.time) $1/usr/file", fixture.tree.string)
            let before = try SampleTree.description(of: fixture.tree)
            try fixture.build([.raw])
            let image = "\(fixture.folder)/out/image.raw"
            try shell("e2fsck -fn $1", image)
            let facts = try shell("dumpe2fs -h $1 2>&1", image)
            #expect(facts.contains("Cluster size:             262144\n"))
            let after = try mounted(image, offset: 0, at: fixture.folder) {
                try SampleTree.description(of: $0)
            }
            #expect(after.split(separator: "\n") == before.split(separator: "\n"))
        }
    }

    @Test func `any name of the output folder will do`() throws {
        try ImageFixture.with { fixture in
            let folder = "a?b c'd,e:f"
            try fixture.build([.raw, .qcow2, .tar], out: folder)
            let offset = 1 << 20
            try shell(
                """
                cd "$1/$2"; mv image.raw ../plain.raw; mv image.qcow2 ../plain.qcow2; cd ..
                e2fsck -fn 'plain.raw?offset=\(offset)'
                qemu-img compare -f raw -F qcow2 plain.raw plain.qcow2
                """, fixture.folder.string, folder)
            #expect(try fixture.names(folder) == ["image.tar"])
        }
    }

    @Test(arguments: [DiskLayout.Table.mbr, .none])
    func `other programs find nothing wrong`(_ table: DiskLayout.Table) throws {
        try ImageFixture.with { fixture in
            var fixture = fixture
            fixture.layout = ImageFixture.layout(table)
            try fixture.build([.raw, .qcow2, .tar])
            let out = "\(fixture.folder)/out"
            let offset = table == .mbr ? 1 << 20 : 0
            try shell("e2fsck -fn '\(out)/image.raw?offset=\(offset)'")
            try shell("qemu-img check \(out)/image.qcow2")
            try shell("qemu-img compare -f raw -F qcow2 \(out)/image.raw \(out)/image.qcow2")
            try shell("tar -tf \(out)/image.tar > /dev/null")
            let kind = try shell("blkid -p -o value -s LABEL --offset \(offset) \(out)/image.raw")
            #expect(kind == "cloudimg-rootfs\n")
            let info = try shell("qemu-img info --output=json \(out)/image.qcow2")
            #expect(info.contains("\"compression-type\": \"zstd\""))
            #expect(try fixture.names() == ["image.qcow2", "image.raw", "image.tar"])
        }
    }

    @Test func `the same tree gives the same bytes, made in another order at another time`() throws
    {
        try ImageFixture.with { fixture in
            try fixture.build([.raw, .qcow2, .tar], out: "one")
            try shell("rm -rf $1; sleep 1.1", fixture.tree.string)
            try SampleTree.make(at: fixture.tree, reversed: true)
            try ImageFixture.addBootLoader(to: fixture.tree)
            try fixture.build([.raw, .qcow2, .tar], out: "two")
            for format in ["raw", "qcow2", "tar"] {
                try shell(
                    "cmp $1/one/image.\(format) $1/two/image.\(format)", fixture.folder.string)
            }
        }
    }

    @Test func `the features are ours whatever the host's configuration says`() throws {
        try ImageFixture.with { fixture in
            var fixture = fixture
            fixture.layout = ImageFixture.layout(.none)
            fixture.options.mkfsArguments = ["-O", "^metadata_csum", "-m", "1", "-E", "stride=2"]
            fixture.options.maxOnlineResize = 1 << 24
            fixture.options.journalSize = .mebibytes(8)
            try fixture.build([.raw])
            let facts = try shell("dumpe2fs -h $1/out/image.raw 2>&1", fixture.folder.string)
            let features = facts.split(separator: "\n").first {
                $0.hasPrefix("Filesystem features:")
            }
            #expect(
                features?.split(separator: " ").dropFirst(2).joined(separator: " ")
                    == "has_journal ext_attr resize_inode dir_index filetype extent 64bit flex_bg"
                    + " sparse_super large_file huge_file dir_nlink extra_isize")
            #expect(facts.contains("RAID stride:              2\n"))
            #expect(facts.contains("Total journal size:       8M\n"))
            #expect(facts.contains("Filesystem created:       Tue Nov 14 22:13:20 2023\n"))
        }
    }

    @Test func `zlib, no compression and options of qemu-img are taken`() throws {
        try ImageFixture.with { fixture in
            var fixture = fixture
            fixture.conversion.compression = .zlib
            try fixture.build([.qcow2], out: "zlib")
            fixture.conversion.isCompressed = false
            fixture.conversion.extraOptions = "compat=0.10"
            try fixture.build([.qcow2], out: "plain")
            let zlib = try shell(
                "qemu-img info --output=json $1/zlib/image.qcow2", fixture.folder.string)
            #expect(zlib.contains("\"compression-type\": \"zlib\""))
            let plain = try shell(
                "qemu-img info --output=json $1/plain/image.qcow2", fixture.folder.string)
            #expect(plain.contains("\"compat\": \"0.10\""))
        }
    }

    @Test func `a size that cannot hold the tree is refused with the size that can`() throws {
        try ImageFixture.with { fixture in
            var fixture = fixture
            fixture.layout.size = .mebibytes(6)
            let error = #expect(throws: BuildError.self) { try fixture.build([.raw]) }
            #expect(error?.code == .refused)
            #expect(
                error?.message.hasPrefix("image size too small: the tree needs at least ") == true)
            let names = try fixture.names()
            #expect(names.isEmpty)
        }
    }

    @Test func `a named size is the size of the disk`() throws {
        try ImageFixture.with { fixture in
            var fixture = fixture
            fixture.layout.size = .mebibytes(100)
            try fixture.build([.raw])
            let size = try shell("stat -c %s $1/out/image.raw", fixture.folder.string)
            #expect(size == "\(100 << 20)\n")
            let blocks = try shell("stat -c %b $1/out/image.raw", fixture.folder.string)
            #expect(try #require(Int(blocks.dropLast())) * 512 < 20 << 20)
        }
    }

    @Test func `a socket is kept`() throws {
        try SampleTree.withFolder { folder in
            var fixture = ImageFixture(folder: folder)
            fixture.layout = ImageFixture.layout(.none)
            let script = "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
            try shell("mkdir $1; echo text > $1/file", fixture.tree.string)
            try Command("python3", ["-c", script, "\(fixture.tree)/socket"]).checkedOutput()
            try fixture.build([.raw])
            let kind = try shell(
                "debugfs -R 'stat /socket' $1/out/image.raw 2>/dev/null | head -n 1", folder.string)
            #expect(kind.contains("Type: socket"))
            try shell("e2fsck -fn $1/out/image.raw", folder.string)
        }
    }

    @Test func `a disk that fills while the file system is written leaves nothing`() throws {
        try ImageFixture.with { fixture in
            let small = fixture.folder.appending("small")
            try shell("mkdir $1; mount -t tmpfs -o size=2m tmpfs $1", small.string)
            let error = #expect(throws: BuildError.self) {
                try fixture.build([.raw], out: "small")
            }
            let left = try shell("ls -A $1; umount $1", small.string)
            #expect(
                error?.cause?.hasSuffix("into the file system: No space left on device") == true,
                "\(String(describing: error))")
            #expect(error?.hint == "Free space: the disk of '\(small)' is full.")
            #expect(left == "")
        }
    }
}
