// SPDX-License-Identifier: Apache-2.0

import Archive
import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Trees at the limits of the formats, read back with GNU tar, bsdtar and GNU cpio.
struct HostileTreeTests {
    private func write(
        _ tree: FilePath, to path: FilePath, _ options: TreeArchive.Options
    ) throws -> TreeArchive.Summary {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        return try file.closeAfter { try TreeArchive.write(tree, to: file, options: options) }
    }

    private func shell(_ script: String, _ arguments: FilePath...) throws -> String {
        try Command(
            "bash", ["-c", "set -eu -o pipefail; " + script, "bash"] + arguments.map(\.string)
        ).checkedOutput()
    }

    @Test func `65,000 names of one file and 5 GiB of holes survive pax`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            let archive = folder.appending("a.tar")
            _ = try shell(
                """
                mkdir -p $1/links && printf body >$1/links/0
                python3 -c 'import os, sys
                for number in range(1, 65000): os.link(sys.argv[1] + "/0", sys.argv[1] + "/%d" % number)' $1/links
                truncate -s 5G $1/sparse && printf end >>$1/sparse
                """, tree)
            let summary = try write(tree, to: archive, .init())
            #expect(summary.entries == 65_003)
            // A header of one block for each name; the data of the file and of what is no hole once.
            let size = try shell("stat -c %s $1", archive)
            #expect((Int(size.dropLast()) ?? .max) < 65_003 * 512 + 65_536)
            #expect(try shell("tar -tvf $1 | grep -c 'link to ./links/0$'", archive) == "64999\n")
            #expect(
                try shell("bsdtar -tvf $1 | grep -c 'link to ./links/0$'", archive) == "64999\n")
            for program in ["tar", "bsdtar"] {
                let end = try shell(
                    "\(program) -tvf $1 | grep ' ./sparse$'", archive)
                #expect(end.contains(" \(5 << 30 + 3) ") || end.contains(" 5368709123 "), "\(end)")
                let restored = folder.appending(program)
                let bytes = try shell(
                    """
                    mkdir $2; \(program) -C $2 -xf $1 ./sparse
                    tail -c 4 $2/sparse | tr '\\0' 0; test $(stat -c %b $2/sparse) -le 4096
                    """, archive, restored)
                #expect(bytes == "0end", "\(program)")
            }
        }
    }

    /// What a shell, a glob, an option parser or a terminal could take for something else.
    @Test func `hostile names survive pax and newc`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            _ = try shell(
                """
                mkdir $1 && cd $1
                for name in -rf '--checkpoint-action=exec=x' '*' '?' '[a]' 'a\\b' ' ' '~' '#' $'a\\nb' \\
                    $'\\033[2J' $'\\xff\\xfe' $'\\xc3\\x28' 'TRAILER!!!x' '...' '$(touch x)' "'" '"' 'ab:c' '@x' \\
                    "$(printf 'n%.0s' {1..255})"
                do printf %s "$name" >"./$name"; done
                """, tree)
            let list =
                "cd $1; find . -printf '%P\\0' | LC_ALL=C sort -z | od -c; cat -- ./* | sha256sum"
            let expected = try shell(list, tree)
            _ = try write(tree, to: folder.appending("a.tar"), .init())
            _ = try write(tree, to: folder.appending("a.cpio"), .init(format: .newc))
            let programs = [
                ("tar", "tar --warning=no-unknown-keyword -xf $1 -C $2"),
                ("bsdtar", "bsdtar -xf $1 -C $2"), ("cpio", "cd $2; cpio --quiet -idm <$1"),
                ("cpio", "bsdtar -xf $1 -C $2"),
            ]
            for (number, (kind, line)) in programs.enumerated() {
                let restored = folder.appending("restored-\(number)")
                let archive = folder.appending(kind == "cpio" ? "a.cpio" : "a.tar")
                _ = try shell("mkdir $2; " + line, archive, restored)
                #expect(try shell(list, restored) == expected, "\(line)")
            }
        }
    }

    @Test func `newc keeps what it can and counts the rest`() throws {
        try SampleTree.withFolder { folder in
            for (name, reversed) in [("tree", false), ("other", true)] {
                let tree = folder.appending(name)
                try SampleTree.make(at: tree, reversed: reversed)
                let options = TreeArchive.Options(format: .newc, latestTime: 1_700_000_000)
                let summary = try write(tree, to: folder.appending("\(name).cpio"), options)
                #expect(
                    summary.warnings == ["the cpio leaves out the extended attributes of 4 entries"]
                )
            }
            _ = try shell("cmp $1/tree.cpio $1/other.cpio", folder)
            let list = """
                cd $1
                find . -mindepth 1 -printf '%y %m %U:%G %p -> %l' \\( -type f -printf ' %Ts %s' -o -true \\) -printf '\\n' |
                    sed 's/ 1900000000/ 1700000000/; s/^f 664\\(.*acl.f\\)/f 664\\1/' | LC_ALL=C sort
                find . -type f -links +1 -printf '%n %p\\n' | LC_ALL=C sort
                find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
                """
            _ = try shell("mkdir $1/out; cd $1/out; cpio --quiet -idm <$1/tree.cpio", folder)
            #expect(
                try shell(list, folder.appending("out")) == shell(list, folder.appending("tree")))
        }
    }

    @Test func `a file that newc cannot hold is found before anything is written`() throws {
        try SampleTree.withFolder { folder in
            _ = try shell("mkdir $1/sub; truncate -s 4294967295 $1/fits", folder)
            try TreeArchive.check(folder, options: .init(format: .newc))
            _ = try shell("truncate -s 4G $1/sub/big", folder)
            try TreeArchive.check(folder, options: .init(format: .pax))
            let error = #expect(throws: BuildError.self) {
                try TreeArchive.check(folder, options: .init(format: .newc))
            }
            #expect(
                error?.message == "'/sub/big' of the tree is too large for a cpio: 4.0 GiB")
            #expect(error?.hint != nil)
        }
    }
}
