// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// All formats of one run, each opened by a program of its own.
struct OutputFormatTests {
    /// Everything that archives and file systems must keep, in the tree's /rich.
    private static let richElement = [
        "extra-data.d/50-rich": """
        mkdir "$TMP_MOUNT_PATH/rich"
        cd "$TMP_MOUNT_PATH/rich"
        printf 'one body\\n' >a && ln a b
        printf x >attr && setfattr -n user.note -v 'a=b c' attr
        cp /bin/true su && chmod 6755 su && setcap cap_net_raw+ep su
        mkdir acl && printf y >acl/f && setfacl -m u:1234:rw,g:77:r acl/f && setfacl -d -m u:7:rwx acl
        truncate -s 9M holes && printf end >>holes
        mknod null c 1 3 && mkfifo -m 600 fifo && ln -s /etc/x link
        : >$'\\xff\\xfe' && : >'ü 日本'
        chown 1000:1001 a
        find . -exec touch -h -d @1600000000 {} +
        """
    ]

    /// Kind, mode, owner and link target; of files time, size, links and checksum, of nodes the device.
    ///
    /// cpio(1) sets no times of folders and links.
    private static let listing = """
        list() {
            cd "$1"
            export LC_ALL=C
            find . -printf '%y %m %U:%G %p -> %l' \\( -type f -printf ' %Ts %s %n' -o -true \\) \\
                -printf '\\n' | sort
            find . -type c -exec stat -c '%n %t:%T' {} + | sort
            find . -type f -print0 | sort -z | xargs -0 sha256sum
        }

        """

    private func shell(_ script: String, _ arguments: FilePath...) throws -> String {
        try Command(
            "bash",
            ["-c", "set -eu -o pipefail; " + script, "bash"] + arguments.map(\.string)
        ).checkedOutput()
    }

    /// Builds all formats once, in an order of no meaning, with a size that is no whole number of MiB.
    private func withOutputs(_ body: (TestBuild) throws -> Void) throws {
        try TemporaryFolder.with("formats") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("rich", Self.richElement)
            let formats = OutputFormat.allCases.reversed().map(\.rawValue)
            let outcome = try EventStream.run(
                build.command(
                    ["tiny-os", "rich"], formats: formats.joined(separator: ","),
                    options: ["-n", "--image-size", "77000KiB"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let warnings: [String] = outcome.events.flatMap { event -> [String] in
                guard case .buildFinished(let report) = event else { return [] }
                return report.warnings
            }
            #expect(
                warnings.suffix(3) == [
                    "the cpio leaves out the extended attributes of 4 entries",
                    "the squashfs-xz leaves out the ACLs of 2 entries",
                    "the squashfs leaves out the ACLs of 2 entries",
                ])
            try body(build)
        }
    }

    @Test func everyFormatOfOneRunIsReadByItsOwnTool() throws {
        try withOutputs { build in
            #expect(try build.outputs().count == OutputFormat.allCases.count)
            try expectDisks(build)
            let extracted = build.folder.appending("extracted")
            _ = try shell(
                """
                mkdir $1 $1/tar $1/cpio $1/erofs
                tar --xattrs --xattrs-include='*' --acls --numeric-owner -C $1/tar -xpf $2 2>&1
                (cd $1/cpio && cpio --quiet --no-absolute-filenames -idm <$3)
                unsquashfs -quiet -no-progress -d $1/squash $4 >$1/log
                unsquashfs -quiet -no-progress -d $1/squash-xz $5 >$1/log
                fsck.erofs --extract=$1/erofs --overwrite --preserve $6 >$1/log
                """, extracted, build.image("tar"), build.image("cpio"), build.image("squash"),
                build.image("xz.squash"), build.image("erofs"))
            for name in ["cpio", "squash", "squash-xz", "erofs"] {
                // fsck.erofs extracts neither links nor the set-user-ID bit; dump.erofs shows them.
                let shown = name == "erofs" ? "sed 's/ [0-9]*$//; s/^f 6755/f 755/'" : "cat"
                let difference = try shell(
                    Self.listing + "diff <(list $1 | \(shown)) <(list $2 | \(shown)) || :",
                    extracted.appending("tar"), extracted.appending(name))
                #expect(difference == "", "\(name)")
            }
            try expectErofs(build)
            for name in ["tar", "squash", "squash-xz"] {
                let rich = extracted.appending("\(name)/rich")
                #expect(try shell("getcap $1/su", rich).contains("cap_net_raw=ep"), "\(name)")
                let attributes = try shell(
                    "cd $1; getfattr -d attr; getfacl -np acl acl/f", rich)
                #expect(attributes.contains("user.note=\"a=b c\""), "\(name)")
                // A squashfs holds no ACLs, which the build says.
                #expect(attributes.contains("default:user:7:rwx") == (name == "tar"), "\(name)")
                #expect(attributes.contains("user:1234:rw-") == (name == "tar"), "\(name)")
            }
            try expectCompressedTars(build)
        }
    }

    private func expectErofs(_ build: TestBuild) throws {
        let image = build.image("erofs")
        #expect(try shell("dump.erofs --path=/rich/b $1", image).contains("Links: 2"))
        // dump.erofs shows the lowest nine bits of a mode; the rest is in the inode, 32 bytes for each number.
        let mode = try shell(
            """
            block=$(dump.erofs -s $1 | sed -n 's/.*inode metadata start block: *//p')
            number=$(dump.erofs --path=/rich/su $1 | sed -n 's/^NID: \\([0-9]*\\).*/\\1/p')
            od -An -to2 -j $((block * 4096 + number * 32 + 4)) -N 2 $1
            """, image)
        #expect(mode == " 106755\n")
    }

    private func expectDisks(_ build: TestBuild) throws {
        let raw = build.image("raw")
        let formats: [(name: String, driver: String)] = [
            ("qcow2", "qcow2"), ("vhd", "vpc"), ("dynamic.vhd", "vpc"), ("vhdx", "vhdx"),
            ("vmdk", "vmdk"), ("stream.vmdk", "vmdk"), ("vdi", "vdi"),
        ]
        for (name, driver) in formats {
            let file = build.image(name)
            let same = try shell(
                "qemu-img compare -f raw -F \(driver) $1 $2", raw, file)
            #expect(same.contains("Images are identical"), "\(name): \(same)")
            if driver != "vpc" { _ = try shell("qemu-img check -f \(driver) $1", file) }
        }
        let fixed = try shell("stat -c %s $1; tail -c 512 $1 | head -c 8", build.image("vhd"))
        #expect(fixed == "\(76 * 1_048_576 + 512)\nconectix")
        let size = try shell("qemu-img info -f vpc $1", build.image("vhd"))
        #expect(size.contains("(\(76 * 1_048_576) bytes)"), "\(size)")
        #expect(
            try shell("head -n 20 $1 | strings", build.image("stream.vmdk")).contains("streamOpt"))
    }

    private func expectCompressedTars(_ build: TestBuild) throws {
        let list = "bsdtar -cf - --format=mtree --options=mtree:all @$1"
        let expected = try shell(list, build.image("tar"))
        for (name, program) in [("tgz", "gzip"), ("tar.zst", "zstd"), ("tar.xz", "xz")] {
            _ = try shell("\(program) -qt $1", build.image(name))
            #expect(try shell(list, build.image(name)) == expected, "\(name)")
        }
        // Neither a name nor a time of its making in the header.
        #expect(
            try shell("head -c 8 $1 | od -An -tx1", build.image("tgz"))
                == " 1f 8b 08 00 00 00 00 00\n")
    }
}

extension TestBuild {
    /// The output with an ending.
    fileprivate func image(_ ending: String) -> FilePath { output.appending("image.\(ending)") }
}
