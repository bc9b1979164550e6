// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Cloud images in the layouts of distributions, with checksum files in their forms: what becomes of their files.
struct CloudImageTests {
    /// What all layouts have in common, read from the tar by tar, getfattr, getcap and getfacl.
    private static let look = """
        set -eu
        cd "$1"
        mkdir unpacked
        tar --extract --acls --xattrs --xattrs-include='*' --file out/image.tar -C unpacked
        cd unpacked
        cat boot/vmlinuz-6.1 etc/machine-id
        stat -c '%u:%g %h' usr/share/owned
        [ usr/share/owned -ef usr/share/linked ] && echo linked
        getfattr --only-values -n user.note usr/share/owned; echo
        getfattr --dump --match=security.selinux usr/share/owned
        getfacl --omit-header --numeric usr/share/owned | grep '^user:55'
        getcap usr/bin/busybox
        readlink etc/os-release
        stat -c %s usr/share/sparse
        find etc/ssh -name 'ssh_host*'
        """

    private static let common = """
        kernel
        12:34 2
        linked
        kept
        user:55:rwx
        usr/bin/busybox cap_net_raw=ep
        ../usr/lib/os-release
        1048576

        """

    @Test(arguments: ["debian", "ubuntu", "fedora", "opensuse", "centos", "rocky", "almalinux"])
    func `a signed image in the layout of a distribution becomes the tree`(
        distribution: String
    ) throws {
        try TemporaryFolder.with("cloud") { folder in
            let unpacker = try UnpackerBuild(in: folder)
            let layout = ImageLayouts.scripts[distribution] == nil ? "centos" : distribution
            try ImageLayouts.make(layout, in: folder, as: unpacker.served(distribution))
            try unpacker.files.sign(
                UnpackerBuild.image(of: distribution),
                like: distribution == "rocky" ? "centos" : distribution)
            try unpacker.command(distribution).checkedOutput()
            #expect(
                try Command("bash", ["-c", Self.look, "bash", folder.string]).checkedOutput()
                    == Self.common)
            try lookAtParts(of: layout, in: folder.appending("unpacked"))
            #expect(try unpacker.build.leftovers() == [])
        }
    }

    /// The EFI system partition and the subvolumes are at their places, and no older state of the root is there.
    private func lookAtParts(of layout: String, in tree: FilePath) throws {
        let loader = try TextFile.read(tree.appending("boot/efi/EFI/vendor/shimx64.efi"))
        #expect(loader == "loader\n")
        #expect(
            try !FolderListing.entries(of: tree.appending("etc")).contains { $0.name == "fstab" })
        if layout == "fedora" {
            let entry = try TextFile.read(tree.appending("boot/loader/entries/test.conf"))
            #expect(entry == "title Test\noptions root=LABEL=cloudimg-rootfs ro quiet\n")
            #expect(try TextFile.read(tree.appending(".autorelabel")) == "-F\n")
        }
        guard ["fedora", "opensuse"].contains(layout) else { return }
        #expect(try TextFile.read(tree.appending("home/inside")) == "home\n")
        #expect(try TextFile.read(tree.appending("var/inside")) == "var\n")
        let snapshots = try FolderListing.entries(of: tree).map(\.name)
        #expect(!snapshots.contains(".snapshots"))
    }

    @Test(arguments: ["debian", "squashfs", "tar in xz", "raw in gzip", "raw in zstd"])
    func `an image with a pinned digest becomes the tree, whatever it is packed in`(
        layout: String
    ) throws {
        try TemporaryFolder.with("cloud") { folder in
            let unpacker = try UnpackerBuild(in: folder)
            let image = folder.appending("own-image")
            try ImageLayouts.make(layout, in: folder, as: image)
            let digest = try Command("sha512sum", [image.string]).checkedOutput()
                .prefix { $0 != " " }
            try unpacker.plainCommand(
                "debian", ["image=\(image)", "image-digest=sha512:\(digest)"]
            ).checkedOutput()
            var expected = Self.common
            if layout == "squashfs" {
                // The format has no ACLs.
                expected = expected.replacing("user:55:rwx\n", with: "")
            }
            let look = Self.look.replacing("grep '^user:55'", with: "{ grep '^user:55' || :; }")
            let found = try Command("bash", ["-c", look, "bash", folder.string]).checkedOutput()
            #expect(found == expected)
            #expect(try unpacker.build.leftovers() == [])
        }
    }
}
