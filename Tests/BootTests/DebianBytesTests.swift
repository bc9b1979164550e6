// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What a real Debian's outputs weigh, and that two builds of it, with nothing set, are the same bytes.
///
/// Squashfs and erofs of a Debian take minutes to compress; OutputFormatTests builds them twice from a small tree.
struct DebianBytesTests {
    /// Among the packages of the base transaction one that makes keys at random when it is installed.
    private func build(in folder: FilePath) throws -> FilePath {
        let build = try TestBuild(in: folder)
        let command = try build.debianCommand(
            ["vm", "local-config"], formats: "raw,tar,cpio",
            options: ["-p", "openssh-server"])
        try command.checkedOutput()
        return build.output
    }

    @Test func twoBuildsOfOneDebianAreIdenticalAndShareNoIdentity() throws {
        try TemporaryFolder.with("one", in: BuiltProducts.folder) { first in
            let one = try build(in: first)
            try TemporaryFolder.with("the-other", in: first) { second in
                let other = try build(in: second)
                for name in ["tar", "cpio", "raw"] {
                    let same = try Command(
                        "cmp", [one, other].map { $0.appending("image.\(name)").string }
                    ).capture()
                    #expect(same.status == .exited(0), "\(same.output)\(same.errorLines)")
                }
            }
            try expectNoIdentity(one.appending("image.tar"))
        }
    }

    /// The image is at most 1.15 of what has to be in it: the tree's blocks, the journal, the share of free blocks.
    @Test func aDebianImageIsLittleLargerThanItsTree() throws {
        let image = try SharedImage.shared()
        try TemporaryFolder.with("size", in: BuiltProducts.folder) { folder in
            let script = """
                set -eu; tar -C "$1" -xpf "$2" --xattrs --acls --numeric-owner
                du -s --block-size=4096 "$1" | cut -f 1; stat -c %s "$3"
                dumpe2fs -h "$3?offset=1048576" 2>/dev/null \\
                    | sed -n 's/^\\(Total journal size\\|Free blocks\\|Block count\\): *\\([0-9]*\\)M\\?/\\2/p'
                """
            let places = [folder, image.tar, image.raw].map(\.string)
            let numbers = try Command("bash", ["-c", script, "bash"] + places).checkedOutput()
                .split(separator: "\n").compactMap { Double($0) }
            try #require(numbers.count == 5, "\(numbers)")
            let (tree, virtual, journal) = (numbers[0] * 4096, numbers[1], numbers[4] * 1_048_576)
            let (blocks, free) = (numbers[2], numbers[3])
            #expect(tree > 700 * 1_048_576, "\(tree)")
            #expect(0.095...0.11 ~= free / blocks, "\(free) of \(blocks) blocks are free")
            let needed = (tree + journal) / 0.9
            #expect(1...1.15 ~= virtual / needed, "\(virtual / needed)")
        }
    }

    private func expectNoIdentity(_ archive: FilePath) throws {
        let names = try Command("tar", ["-tf", archive.string]).checkedOutput()
            .split(separator: "\n").filter { $0.contains("/ssh") && $0.hasPrefix("./etc") }
        #expect(!names.contains { $0.contains("ssh_host_") }, "\(names)")
        #expect(
            names.contains {
                $0 == "./etc/systemd/system/multi-user.target.wants/ssh-host-keys.service"
            })
        let initiator = try Command(
            "tar", ["-xOf", archive.string, "./etc/iscsi/initiatorname.iscsi"]
        ).checkedOutput()
        #expect(initiator == "GenerateName=yes\n")
    }
}
