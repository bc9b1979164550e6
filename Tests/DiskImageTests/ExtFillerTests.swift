// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// What is filled into ext2, ext3 and ext4 without a mount, read back by the kernel and by e2fsck.
struct ExtFillerTests {
    /// Makes a file system of a tree that `script` makes, and calls `body` with the tree and the mounted file system.
    private func withFileSystem(
        of script: String, _ type: FileSystemType = .ext4, size: ByteCount? = nil,
        mkfs: [String] = [], _ body: (FilePath, FilePath) throws -> Void
    ) throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            let point = folder.appending("mounted")
            let image = folder.appending("image")
            try shell("mkdir $1 $2; cd $1; \(script)", tree.string, point.string)
            let usage = try TreeUsage.measure(tree)
            var wishes = FileSystemSize.Wishes(freePercent: 0)
            wishes.type = type
            wishes.size = size
            let size = try FileSystemSize(for: usage, wishes: wishes)
            try shell("truncate -s \(size.bytes.bytes) $1", image.string)
            var options = ExtWriter.Options(label: "test", time: 1_700_000_000)
            options.type = type
            options.extraArguments = mkfs
            try ExtWriter(
                image: image, offset: .zero, size: size, digest: usage.digest, options: options
            ).write(tree: tree, scratch: folder)
            try shell("e2fsck -fn $1", image.string)
            let how = "ro,loop" + (type == .ext2 ? "" : ",noload")
            try shell("mount -o \(how) $1 $2", image.string, point.string)
            let result = Swift.Result { try body(tree, point) }
            try Command("umount", [point.string]).checkedOutput()
            try result.get()
        }
    }

    @Test(arguments: [
        (FileSystemType.ext4, 100, 1), (.ext4, 400, 4), (.ext4, 9000, 600), (.ext3, 9000, 600),
        (.ext2, 400, 4),
    ])
    func `a folder of many names has an index that finds each of them`(
        _ type: FileSystemType, _ count: Int, _ leastBlocks: Int
    ) throws {
        // Names as long as they can be make an index of two levels of a few thousand.
        let long = count > 1000
        let script = """
            mkdir many; cd many; for n in $(seq \(count)); do \
            printf '%0\(long ? 255 : 30)d ' $n; done | xargs touch
            """
        try withFileSystem(of: script, type) { tree, point in
            let found = try shell(
                """
                (cd $1/many && ls) | (cd $2/many && xargs stat -c %n) | cmp - <(ls $1/many)
                lsattr -d $2/many; stat -c %b $2/many
                """, tree.string, point.string)
            let flags = try #require(found.split(separator: " ").first)
            #expect(flags.contains("I") == (leastBlocks > 1), "\(flags)")
            let blocks = try #require(found.split(separator: "\n").last.flatMap { Int($0) })
            #expect(blocks >= leastBlocks * 8)
        }
    }

    @Test func `the root folder keeps its mode, owner, attributes and ACLs`() throws {
        let script = """
            chmod 1751 .; chown 7:8 .; setfattr -n user.note -v root .
            setfacl -m u:12:rx -d -m g:34:rwx .; touch -d @1600000000 .
            """
        try withFileSystem(of: script) { tree, point in
            let facts = "stat -c '%a %u:%g %Y' .; getfattr -d .; getfacl -n ."
            let expected = try shell("cd $1; \(facts)", tree.string)
            #expect(expected.contains("default:group:34:rwx") && expected.contains("user.note"))
            #expect(try shell("cd $1; \(facts)", point.string) == expected)
        }
    }

    /// Data with holes between all blocks, data far behind, and sizes around whole blocks.
    private static let holes = """
        python3 -c 'f=open("comb","wb"); [(f.seek(n*8192), f.write(b"%d"%n)) for n in range(1200)]'
        truncate -s 5G far; echo far | dd of=far bs=1M seek=4500 conv=notrunc status=none
        for n in 1 4095 4096 4097; do head -c $n /dev/urandom >size-$n; done; truncate -s 10000 empty
        """

    @Test(arguments: [
        (FileSystemType.ext4, []), (.ext3, []), (.ext2, []), (.ext4, ["-b", "1024"]),
        (.ext4, ["-O", "bigalloc", "-C", "65536"]), (.ext4, ["-I", "128"]),
    ])
    func `files with holes are the same, and the holes stay`(
        _ type: FileSystemType, _ mkfs: [String]
    ) throws {
        try withFileSystem(of: Self.holes, type, size: .mebibytes(300), mkfs: mkfs) { tree, point in
            // The hole of 4 GiB is read at its ends alone: that it has no blocks is looked at below.
            let comparing = """
                cd $1; for f in *; do [ $f = far ] || cmp $f $2/$f; done
                cmp -n 1M far $2/far; cmp -i 4400M far $2/far
                """
            try shell(comparing, tree.string, point.string)
            let blocks = try shell("stat -c %b $1/far $1/empty", point.string)
            let counts = blocks.split(separator: "\n").compactMap { Int($0) }
            #expect(counts.reduce(0, +) < 300, "\(counts)")
        }
    }

    @Test func `a file with 65,000 names is one file`() throws {
        let script = """
            echo one >first; mkdir d; cd d
            seq 2 65000 | python3 -c 'import os,sys;[os.link("../first", n.strip()) for n in sys.stdin]'
            """
        try withFileSystem(of: script) { _, point in
            let found = try shell("stat -c %h $1/first; ls $1/d | wc -l", point.string)
            #expect(found == "65000\n64999\n")
        }
    }

    @Test func `links long and short, devices and fifos are what they were`() throws {
        let script = """
            for n in 59 60 61 4095; do ln -s $(head -c $n /dev/zero | tr '\\0' l) link-$n; done
            mknod c c 255 255; mknod b b 4000 1000000; mkfifo -m 640 p; ln link-60 other
            """
        try withFileSystem(of: script) { tree, point in
            let facts = """
                cd $1; stat -c '%t:%T' b c
                find . -path ./lost+found -prune -o ! -name . -printf '%p %y %m %n %l\\n' | sort
                """
            let expected = try shell(facts, tree.string)
            let found = try shell(facts, point.string)
            #expect(found == expected)
        }
    }
}
