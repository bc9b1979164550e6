// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// What a file system cannot hold is refused when the tree is measured, with the path and the reason.
struct VolumeLimitsTests {
    private static func links(_ count: Int) -> String {
        "mkdir l; touch l/0; python3 -c 'import os; [os.link(\"l/0\", f\"l/{n}\") for n in range(1, \(count))]'"
    }

    private static func names(_ count: Int) -> String {
        "seq \(count) | xargs touch"
    }

    private static func attribute(_ size: Int) -> String {
        "touch f; setfattr -n user.a -v $(head -c \(size) /dev/zero | tr '\\0' x) f"
    }

    /// Attributes user.a, user.b and so on, of these sizes.
    private static func attributes(_ sizes: [Int]) -> String {
        "touch f; "
            + zip("abcdef", sizes).map { name, size in
                "setfattr -n user.\(name) -v $(head -c \(size) /dev/zero | tr '\\0' x) f"
            }.joined(separator: "; ")
    }

    static let faults: [(type: FileSystemType, script: String, problem: String)] = [
        (.vfat, "ln -s a link", "'/home/link' is neither a file nor a folder"),
        (.vfat, "mkfifo pipe", "'/home/pipe' is neither a file nor a folder"),
        (.vfat, "mknod null c 1 3", "'/home/null' is neither a file nor a folder"),
        (.vfat, "mkdir d; truncate -s 4G d/f", "'/home/d/f' is larger than 4.0 GiB"),
        (.vfat, "touch 'a:b'", "'/home/a:b' has a name"),
        (.vfat, "touch 'a?'", "'/home/a?' has a name"),
        (.vfat, "touch dot.", "'/home/dot.' has a name"),
        (.vfat, "touch 'blank '", "'/home/blank ' has a name"),
        (.vfat, "touch $(printf 'a\\377')", "'/home/a\u{fffd}' has a name"),
        (
            .vfat, "mkdir B a; touch B/x a/x a/y a/Y",
            "'/home/a/y' differs from '/home/a/Y' only in the case of letters"
        ),
        (.vfat, "touch Ä ä", "'/home/ä' differs from '/home/Ä' only in the case of letters"),
        (.vfat, names(16384), "'/home/9999' is one name too many in its folder"),
        (
            .vfat, "mkdir d; cd d; " + names(32768),
            "'/home/d/9999' is one name too many in its folder"
        ),
        (.ext4, "truncate -s 16T f", "'/home/f' is larger than 16.0 TiB"),
        (.ext3, "truncate -s 5T f", "'/home/f' is larger than 4.0 TiB"),
        (.ext2, links(32001), "'/home/l/0' has more than 32000 names"),
        (.ext4, links(65001), "'/home/l/0' has more than 65000 names"),
        (.btrfs, links(65536), "'/home/l/0' has more than 65535 names"),
        (.ext4, attribute(4080), "'/home/f' has an attribute 'user.a' of 4080 bytes"),
        (
            .ext3, attributes([2000, 2000, 100]),
            "'/home/f' has an attribute 'user.c' of 100 bytes beside those before it"
        ),
        (.btrfs, attribute(17000), "'/home/f' has an attribute 'user.a' of 17000 bytes"),
    ]

    /// Measures a tree with that in /home, in a folder that a tmpfs holds, which knows no such limits.
    private func measure(
        _ type: FileSystemType, _ script: String, options: String = ""
    ) throws {
        try TemporaryFolder.with("limits", in: "/dev/shm") { folder in
            try shell(
                "mkdir $1/scratch; mkdir -p $1/tree/home; cd $1/tree/home; " + script, folder.string
            )
            let layout = try LayoutImage.layout(
                """
                - local_loop: {name: image0}
                - local_loop: {name: home, mkfs: {type: \(type), opts: '\(options)', mount: {mount_point: /home}}}
                - partitioning:
                    base: image0
                    label: gpt
                    partitions: [{name: root, size: 100%, mkfs: {mount: {mount_point: /}}}]
                """)
            let scratch = folder.appending("scratch")
            let result = Result {
                try OutputSet.withOutputs([], options: .init(buildID: "test")) { outputs in
                    let writer = ImageWriter(
                        layout: layout, tree: folder.appending("tree"), scratch: scratch,
                        outputs: outputs, options: .init(time: ImageFixture.time))
                    _ = try writer.measure()
                }
            }
            #expect(try FolderListing.entries(of: scratch).isEmpty)
            try result.get()
        }
    }

    @Test(arguments: faults)
    func `what a file system cannot hold is refused before it is made`(
        type: FileSystemType, script: String, problem: String
    ) {
        let error = #expect(throws: BuildError.self) { try measure(type, script) }
        #expect(error?.message == "\(problem), which \(type) cannot hold")
        let isRoot = type == .vfat && problem.hasPrefix("'/home/9999'")
        #expect(
            error?.hint
                == (isRoot
                    ? "Put it into a folder, or give the file system the options '-F 32'."
                    : "Put it on another file system, or leave it out."))
    }

    static let held: [(type: FileSystemType, script: String)] = [
        (
            FileSystemType.vfat,
            "touch A.b 'a b' ü.EFI .x; mkdir -p c/A.b; truncate -s 100M f; ln f g"
        ),
        (.vfat, "mkdir d; cd d; " + names(32767)), (.vfat, names(16383)),
        (.ext4, links(1000) + "; truncate -s 15T t; " + attribute(3900)),
        (.xfs, links(1000) + "; truncate -s 16T t; " + attribute(17000)),
        (.btrfs, links(1000) + "; truncate -s 16T t; " + attribute(16000)),
    ]

    @Test(arguments: held)
    func `what it can hold is not`(type: FileSystemType, script: String) throws {
        try measure(type, script)
    }

    @Test(arguments: ["-F 32", "-F32"])
    func `the root folder of a FAT of 32 bits is like the others`(options: String) throws {
        try measure(.vfat, Self.names(16384), options: options)
    }

    @Test func `what a vfat does not keep is counted`() throws {
        try TemporaryFolder.with("losses", in: "/dev/shm") { folder in
            try shell(
                """
                cd $1; touch plain; mkdir private; chmod 700 private; echo x > first; ln first second
                touch foreign; chown 3:4 foreign; touch set; chmod 4755 set; setfattr -n user.a -v x set
                """, folder.string)
            let losses = try TreeUsage.measure(folder, isPlain: true).fatLosses
            #expect(
                losses.text
                    == "a vfat, which does not keep the owners of 1, the modes of 2,"
                    + " the extended attributes of 1, the hard links of 2 of its entries")
            #expect(try TreeUsage.measure(folder).fatLosses.text == nil)
        }
    }

    /// Sizes around the end of the inode and of the block: what is let through can be written, what is refused cannot.
    @Test(arguments: [
        [64, 4000, 24], [64, 4000, 28], [68, 4000], [72, 4000], [40, 20, 4040], [40, 24, 4040],
        [68, 4040], [68, 4044],
    ])
    func `attributes are refused just where they cannot be written`(sizes: [Int]) throws {
        try TemporaryFolder.with("limits", in: "/dev/shm") { folder in
            try shell("mkdir $1/tree; cd $1/tree; " + Self.attributes(sizes), folder.string)
            let (tree, image) = (folder.appending("tree"), folder.appending("image"))
            let usage = try TreeUsage.measure(tree)
            try shell("truncate -s 64M $1", image.string)
            let writer = ExtWriter(
                image: image, offset: .zero,
                size: try FileSystemSize(for: usage, wishes: .init(freePercent: 0)),
                digest: usage.digest, options: .init(label: "test", time: ImageFixture.time))
            let isWritten = Result { try writer.write(tree: tree, scratch: folder) }.isSuccess
            let isLetThrough =
                Result { try measure(.ext4, Self.attributes(sizes)) }.isSuccess
            #expect(isWritten == isLetThrough)
        }
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
