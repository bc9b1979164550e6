// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// The partition table as sfdisk reads it, and the bytes of the boot loader.
struct BootLoaderTests {
    private let table = MasterBootRecord(
        identifier: 0x1234_ABCD,
        entries: [.init(isBootable: true, type: 0x83, first: 2048, count: 202_752)])

    /// Writes the boot loader of `tree` into an empty disk of 100 MiB.
    private func write(_ tree: FilePath, to disk: FilePath) throws {
        try shell("rm -f $1; truncate -s 100M $1", disk.string)
        let file = try FileDescriptor.open(disk, .readWrite)
        try file.closeAfter {
            try BootLoader(tree: tree, element: "vm").write(
                to: file, table: table,
                place: .init(offset: ByteCount(512), length: .mebibytes(1) - ByteCount(512)))
        }
    }

    @Test func `sfdisk reads one bootable Linux partition`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try ImageFixture.addBootLoader(to: tree)
            try write(tree, to: folder.appending("disk"))
            let found = try shell("sfdisk -J $1/disk | tr -d ' \\n'", folder.string)
            #expect(found.contains(#""label":"dos","id":"0x1234abcd""#))
            #expect(found.contains(#""start":2048,"size":202752,"type":"83","bootable":true"#))
            #expect(!found.contains("disk2"))
            let check = try shell("sfdisk --verify $1/disk 2>&1", folder.string)
            #expect(check.contains("No errors detected."))
        }
    }

    @Test func `boot sector and core image know where the rest lies`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try ImageFixture.addBootLoader(to: tree)
            try write(tree, to: folder.appending("disk"))
            let disk = try FileDescriptor.contents(of: folder.appending("disk"), limit: 1 << 20)
            let core = try FileDescriptor.contents(of: tree.appending("boot/grub/i386-pc/core.img"))
            #expect(Array(disk[0x5C..<0x64]) == [1, 0, 0, 0, 0, 0, 0, 0])
            #expect(Array(disk[0x66..<0x68]) == [0x90, 0x90])
            #expect(Array(disk[510..<512]) == [0x55, 0xAA])
            let written = Array(disk[512..<512 + core.count])
            #expect(written[..<0x1F4] == core[..<0x1F4])
            #expect(Array(written[0x1F4..<0x1FC]) == [2, 0, 0, 0, 0, 0, 0, 0])
            #expect(written[0x1FC...] == core[0x1FC...])
        }
    }

    @Test func `in a GPT the core image lies in the partition for it`() throws {
        try ImageFixture.with { fixture in
            var fixture = fixture
            fixture.layout = try LayoutImage.layout(SampleLayout.all[2].text)
            fixture.layout.firmware = [.bios]
            try fixture.build([.raw])
            let image = fixture.folder.appending("out/image.raw")
            let disk = try FileDescriptor.contents(of: image, limit: 3 << 20)
            let core = try FileDescriptor.contents(
                of: fixture.tree.appending("boot/grub/i386-pc/core.img"))
            let boot = try FileDescriptor.contents(
                of: fixture.tree.appending("boot/grub/i386-pc/boot.img"))
            #expect(disk[..<0x5C] == boot[..<0x5C])
            #expect(Array(disk[0x5C..<0x64]) == [0, 8, 0, 0, 0, 0, 0, 0])
            let written = Array(disk[(1 << 20)..<(1 << 20) + core.count])
            #expect(Array(written[0x1F4..<0x1FC]) == [1, 8, 0, 0, 0, 0, 0, 0])
            #expect(written[0x1FC...] == core[0x1FC...])
            let check = try shell("sgdisk --verify $1; sfdisk --verify $1 2>&1", image.string)
            #expect(check.contains("No problems found."))
        }
    }

    @Test(arguments: [
        (
            "rm core.img",
            """
            the boot loader's file '/boot/grub/i386-pc/core.img' is missing in the tree (element 'vm')
              hint: Check the hooks of the element that writes it.
            """
        ),
        (
            "truncate -s 1100K core.img",
            "the boot loader's core image of 1.1 MiB does not fit into the 1024 KiB at 512 B"
        ),
        (": > boot.img", "'/boot/grub/i386-pc/boot.img' of the tree is not a boot sector"),
        ("printf x > core.img", "'/boot/grub/i386-pc/core.img' of the tree is not a core image"),
    ])
    func `each thing that is wrong has its own message`(_ change: String, _ text: String) throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try ImageFixture.addBootLoader(to: tree)
            try shell("cd $1/boot/grub/i386-pc; " + change, tree.string)
            let error = #expect(throws: BuildError.self) {
                try write(tree, to: folder.appending("disk"))
            }
            #expect(error?.description == text)
        }
    }

    @Test func `a link leads no further than the tree`() throws {
        try SampleTree.withFolder { folder in
            let tree = folder.appending("tree")
            try ImageFixture.addBootLoader(to: tree)
            try shell(
                "cd $1/boot/grub/i386-pc; mv core.img $2/outside.img; ln -s $2/outside.img core.img",
                tree.string, folder.string)
            let error = #expect(throws: BuildError.self) {
                _ = try BootLoader(tree: tree, element: nil)
            }
            #expect(error?.message.contains("core.img' is missing in the tree") == true)
        }
    }
}
