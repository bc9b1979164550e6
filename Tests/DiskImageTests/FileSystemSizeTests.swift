// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// The computed sizes against what dumpe2fs counts in a file system of that size.
struct FileSystemSizeTests {
    private struct Counts {
        var blocks: Int
        var free: Int
        var freeInodes: Int
        var freeShare: Double { Double(free) / Double(blocks) * 100 }
    }

    /// Makes the file system and reads its counts.
    private func counts(
        of tree: FilePath, wishes: FileSystemSize.Wishes, in folder: FilePath
    ) throws -> Counts {
        let usage = try TreeUsage.measure(tree, clusterBlocks: wishes.growth?.clusterBlocks ?? 1)
        let size = try FileSystemSize(for: usage, wishes: wishes)
        let image = folder.appending("image")
        try shell("rm -f $1; truncate -s \(size.bytes.bytes) $1", image.string)
        let writer = ExtWriter(
            image: image, offset: .zero, size: size, digest: usage.digest,
            options: .init(label: "test", time: 1_700_000_000))
        try writer.write(tree: tree, scratch: folder)
        try shell("e2fsck -fn $1", image.string)
        let facts = try shell("dumpe2fs -h $1 2>/dev/null", image.string)
        func number(_ name: String) throws -> Int {
            let line = facts.split(separator: "\n").first { $0.hasPrefix(name) }
            return try #require(Int((line ?? "").dropFirst(name.count).filter { $0 != " " }))
        }
        return Counts(
            blocks: try number("Block count:"), free: try number("Free blocks:"),
            freeInodes: try number("Free inodes:"))
    }

    /// Files of many sizes, folders of many entries: a tree whose needs are not only data.
    private func makeTree(_ path: FilePath, files: Int, megabytes: Int) throws {
        try shell(
            """
            set +o pipefail; mkdir -p $1/f $1/d; cd $1; yes | head -c \(megabytes)M > big
            (cd f; seq \(files) | xargs touch; for i in $(seq 200); do yes | head -c $((i * 90)) > s$i; done)
            (cd d; seq 300 | xargs mkdir)
            """, path.string)
    }

    @Test(arguments: [(300, 20, 10), (4000, 60, 10), (100, 300, 10), (1000, 150, 40), (10, 1, 10)])
    func `the share of free blocks is the one asked for`(
        _ files: Int, _ megabytes: Int, _ percent: Int
    ) throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try makeTree(tree, files: files, megabytes: megabytes)
            let found = try counts(of: tree, wishes: .init(freePercent: percent), in: folder)
            #expect(abs(found.freeShare - Double(percent)) < 2, "\(found)")
            #expect(found.freeInodes > 0)
        }
    }

    /// TiB to grow to.
    @Test(arguments: [8, 32, 200, 1024, 4096] as [Int64])
    func `the share of free blocks is that also in clusters`(_ tebibytes: Int64) throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try makeTree(tree, files: 300, megabytes: 150)
            try shell(
                "truncate -s 9M $1/hole; echo x | dd of=$1/hole bs=1 seek=5000000", tree.string)
            var wishes = FileSystemSize.Wishes(freePercent: 10)
            wishes.growth = RootGrowth(to: .gibibytes(tebibytes << 10), type: .ext4)
            let found = try counts(of: tree, wishes: wishes, in: folder)
            #expect(abs(found.freeShare - 10) < 2, "\(found)")
            #expect(found.freeInodes > 0)
        }
    }

    @Test func `with many small files there are groups enough for their inodes`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try makeTree(tree, files: 40000, megabytes: 1)
            var wishes = FileSystemSize.Wishes(freePercent: 10)
            wishes.growth = RootGrowth(to: .gibibytes(16 << 10), type: .ext4)
            let found = try counts(of: tree, wishes: wishes, in: folder)
            #expect(found.blocks >= 2 * 32768)
            #expect(found.freeInodes > 8000)
        }
    }

    @Test func `a tree of empty files gets enough inodes`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try makeTree(tree, files: 10, megabytes: 1)
            try shell("cd $1/d; for d in *; do (cd $d; seq 100 | xargs touch); done", tree.string)
            let found = try counts(of: tree, wishes: .init(freePercent: 10), in: folder)
            #expect(found.freeInodes > 5000)
        }
    }

    @Test func `the smallest size that is named in a refusal is large enough`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try makeTree(tree, files: 500, megabytes: 30)
            var wishes = FileSystemSize.Wishes(freePercent: 10)
            wishes.size = .mebibytes(2)
            let error = #expect(throws: BuildError.self) {
                _ = try FileSystemSize(for: TreeUsage.measure(tree), wishes: wishes)
            }
            let words = try #require(error?.message.split(separator: " "))
            let place = try #require(words.firstIndex(of: "least"))
            let needed = try #require(Int64(words[place + 1]))
            wishes.size = .mebibytes(needed)
            let found = try counts(of: tree, wishes: wishes, in: folder)
            #expect(found.freeShare < 5)
        }
    }

    @Test func `extra size is added to the computed one`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try makeTree(tree, files: 10, megabytes: 10)
            let usage = try TreeUsage.measure(tree)
            var wishes = FileSystemSize.Wishes(freePercent: 10)
            let plain = try FileSystemSize(for: usage, wishes: wishes)
            wishes.extraSize = .mebibytes(500)
            let larger = try FileSystemSize(for: usage, wishes: wishes)
            #expect((larger.bytes - plain.bytes).bytes >> 20 == 500)
        }
    }

    @Test func `a mount below the tree is refused`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try shell("mkdir -p $1/proc; mount -t tmpfs tmpfs $1/proc", tree.string)
            let error = #expect(throws: BuildError.self) { _ = try TreeUsage.measure(tree) }
            try shell("umount $1/proc", tree.string)
            #expect(error?.message == "'/proc' of the tree is still a mount point")
        }
    }
}
