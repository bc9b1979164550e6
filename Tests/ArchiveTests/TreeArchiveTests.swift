// SPDX-License-Identifier: Apache-2.0

import Archive
import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Written with our code, read back with GNU tar and bsdtar.
struct TreeArchiveTests {
    private func write(
        _ tree: FilePath, to path: FilePath, options: TreeArchive.Options = .init()
    ) throws -> TreeArchive.Summary {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        return try file.closeAfter {
            try TreeArchive.write(tree, to: file, options: options)
        }
    }

    @Test(arguments: [
        [
            "tar", "--xattrs", "--xattrs-include=*", "--acls", "--numeric-owner",
            "--warning=no-timestamp", "-xpf",
        ],
        ["bsdtar", "--xattrs", "--acls", "--numeric-owner", "-xpf"],
    ])
    func `another program restores everything that the tree held`(_ words: [String]) throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            let restored = folder.appending("restored")
            try SampleTree.make(at: tree)
            _ = try write(tree, to: folder.appending("a.tar"))
            let archive = folder.appending("a.tar").string
            try Command("mkdir", [restored.string]).checkedOutput()
            // bsdtar counts names that its locale cannot show as errors.
            let environment = ProcessEnvironment.current.merging(["LC_ALL": "C.UTF-8"]) { $1 }
            let extracted = try Command(
                words[0], Array(words.dropFirst()) + [archive, "-C", restored.string],
                environment: environment
            ).capture()
            #expect(extracted.status.isSuccess)
            // The name that is not UTF-8 needs this header; GNU tar keeps the bytes without it.
            let expected = "tar: Ignoring unknown extended header keyword 'hdrcharset'"
            #expect(words[0] == "bsdtar" || extracted.errorLines == [expected])
            let before = try SampleTree.description(of: tree)
            #expect(try SampleTree.description(of: restored) == before)
            let sparse = try Command("stat", ["-c", "%b", "\(restored)/holes/empty"])
                .checkedOutput()
            #expect(sparse == "0\n")
        }
    }

    @Test func `two trees made in opposite order give the same bytes`() throws {
        try SampleTree.withFolder { folder in
            for (name, reversed) in [("one", false), ("two", true)] {
                try SampleTree.make(at: folder.appending(name), reversed: reversed)
                let options = TreeArchive.Options(latestTime: 1_700_000_000)
                _ = try write(
                    folder.appending(name), to: folder.appending("\(name).tar"), options: options)
            }
            try Command("cmp", ["\(folder)/one.tar", "\(folder)/two.tar"]).checkedOutput()
        }
    }

    @Test func `times after the latest are set back and owners are numbers`() throws {
        try SampleTree.withFolder { folder in
            try SampleTree.make(at: folder.appending("tree"))
            let options = TreeArchive.Options(latestTime: 1_500_000_000)
            _ = try write(
                folder.appending("tree"), to: folder.appending("a.tar"), options: options)
            let environment = ProcessEnvironment.current.merging(["TZ": "UTC"]) { $1 }
            let list = try Command(
                "tar", ["--full-time", "-tvf", "\(folder)/a.tar"], environment: environment
            ).checkedOutput()
            let lines = list.split(separator: "\n")
            #expect(lines.allSatisfy { $0.contains("2017-07-14 02:40:00") })
            #expect(lines.contains { $0.contains("1000/1001") && $0.hasSuffix("./usr/file") })
        }
    }

    @Test func `sockets are left out and counted`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try Command("mkdir", [tree.string]).checkedOutput()
            let script = "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
            try Command("python3", ["-c", script, "\(tree)/s"]).checkedOutput()
            let summary = try write(tree, to: folder.appending("a.tar"))
            #expect(summary.sockets == 1)
            #expect(summary.warnings == ["the archive leaves out 1 socket"])
            let list = try Command("tar", ["-tf", "\(folder)/a.tar"]).checkedOutput()
            #expect(list == "./\n")
        }
    }

    @Test func `what is mounted into the tree stays out, its mount point stays in`() throws {
        try SampleTree.withFolder { folder in
            // The archive is written from inside the mount namespace by the test program's own code, so the mounts
            // are made in this namespace and taken away again.
            let tree = folder.appending("tree")
            let script = "mkdir -p $1/m $1/b $1/proc/1 $2; : > $1/proc/1/x; : > $2/foreign"
            try Command("sh", ["-c", script, "sh", tree.string, "\(folder)/other"]).checkedOutput()
            try Command("mount", ["-t", "tmpfs", "tmpfs", "\(tree)/m"]).checkedOutput()
            try Command("mount", ["--bind", "\(folder)/other", "\(tree)/b"]).checkedOutput()
            let result = Result {
                try Command("touch", ["\(tree)/m/inside"]).checkedOutput()
                return try write(tree, to: folder.appending("a.tar"))
            }
            try Command("umount", ["\(tree)/m", "\(tree)/b"]).checkedOutput()
            _ = try result.get()
            let list = try Command("tar", ["-tf", "\(folder)/a.tar"]).checkedOutput()
            #expect(list == "./\n./b/\n./m/\n./proc/\n")
        }
    }

    @Test func `a full disk is an error with the system's text`() throws {
        try SampleTree.withFolder { folder in
            try SampleTree.make(at: folder.appending("tree"))
            let full = try FileDescriptor.open("/dev/full", .writeOnly)
            let error = #expect(throws: BuildError.self) {
                try full.closeAfter {
                    _ = try TreeArchive.write(folder.appending("tree"), to: full)
                }
            }
            #expect(error?.message.hasPrefix("cannot write the archive: ") == true)
            #expect(error?.message == "cannot write the archive: No space left on device")
        }
    }

    @Test func `an interrupt ends the work`() throws {
        try SampleTree.withFolder { folder in
            try SampleTree.make(at: folder.appending("tree"))
            let pipe = try FileDescriptor.pipe()
            try pipe.writeEnd.close()
            let error = #expect(throws: BuildError.self) {
                _ = try write(
                    folder.appending("tree"), to: folder.appending("a.tar"),
                    options: .init(interrupt: pipe.readEnd))
            }
            #expect(error?.code == .interrupted)
            try pipe.readEnd.close()
        }
    }
}
