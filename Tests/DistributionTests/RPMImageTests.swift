// SPDX-License-Identifier: Apache-2.0
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Systems of the RPM family that begin as an image, to which packages are added.
struct RPMImageTests {
    /// Builds a Fedora from packages, which calls itself 41, as the image that the next build starts from.
    private func image(in folder: FilePath) throws -> (path: FilePath, digest: String) {
        try Command("mkdir", [folder.string]).checkedOutput()
        let fedora = try RPMBuild("fedora", in: folder)
        let captured = try fedora.run()
        #expect(captured.status.isSuccess, "\(captured.text)")
        let tar = fedora.build.output.appending("image.tar")
        let digest = try Command("sha256sum", [tar.string]).checkedOutput().prefix { $0 != " " }
        return (tar, "sha256:\(digest)")
    }

    @Test func whatAnImageLacksIsInstalledAndTheRestIsKept() throws {
        try TemporaryFolder.with("rpm-image") { folder in
            let (image, digest) = try image(in: folder.appending("first"))
            let second = folder.appending("second")
            try Command("mkdir", [second.string]).checkedOutput()
            let fedora = try RPMBuild("fedora", in: second)
            let settings =
                RPMBuild.only("tools") + [
                    "release=41", "from=image", "image=\(image)", "image-digest=\(digest)",
                ]
            let captured = try fedora.run(settings, options: ["-p", "hello"])
            #expect(captured.status.isSuccess, "\(captured.text)")
            let tree = try fedora.tree()
            let names = try RPMBuild.rpm(["-qa", "--qf", "%{NAME}\n"], in: tree)
            #expect(
                names.split(separator: "\n").sorted() == [
                    "hello", "iscsi-initiator-utils", "small-base",
                ])
            #expect(try fedora.build.leftovers() == [])
        }
    }

    /// A distribution's own image: its name by the facts, its layout, and the form of its checksum file.
    struct DistributionImage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let release: String
        var database = "/usr/lib/sysimage/rpm"
        let name: String
        let layout: String
        let form: String
    }

    private static let images = [
        DistributionImage(
            testDescription: "fedora", release: "41",
            name: "Fedora-Cloud-Base-Generic-41-1.4.x86_64.qcow2", layout: "fedora", form: "fedora"),
        DistributionImage(
            testDescription: "centos-stream", release: "10",
            name: "CentOS-Stream-GenericCloud-10-latest.x86_64.qcow2", layout: "centos",
            form: "centos"),
        DistributionImage(
            testDescription: "rocky", release: "9", database: "/var/lib/rpm",
            name: "Rocky-9-GenericCloud-Base.latest.x86_64.qcow2", layout: "centos", form: "centos"),
        DistributionImage(
            testDescription: "almalinux", release: "10",
            name: "AlmaLinux-10-GenericCloud-latest.x86_64.qcow2", layout: "centos",
            form: "almalinux"),
        DistributionImage(
            testDescription: "rhel", release: "10", name: "rhel-10.0-x86_64-kvm.qcow2",
            layout: "centos", form: ""),
        DistributionImage(
            testDescription: "opensuse", release: "tumbleweed",
            name: "openSUSE-Tumbleweed-Minimal-VM.x86_64-Cloud.qcow2", layout: "opensuse",
            form: "opensuse"),
    ]

    @Test(arguments: images)
    func theElementStartsFromItsDistributionsImage(image: DistributionImage) throws {
        let element = image.testDescription
        try TemporaryFolder.with("rpm-image") { folder in
            let files = try SignedFiles(in: folder)
            try makeImage(image, of: element, in: folder, as: files.served.appending(image.name))
            let second = folder.appending("second")
            try Command("mkdir", [second.string]).checkedOutput()
            var build = try RPMBuild(element, in: second)
            try files.run("ln -s \"$1\"/* www/", build.repositories.folder.string)
            build.server = RecordingServer(of: files.served, record: folder.appending("requests"))
            var settings =
                RPMBuild.only("tools") + ["release=\(image.release)", "from=image"]
            if image.form.isEmpty {
                let sum = try files.run("sha256sum \"www/$1\"", image.name).prefix { $0 != " " }
                settings += [
                    "image=\(RecordingServer.address)/\(image.name)", "image-digest=sha256:\(sum)",
                ]
            } else {
                try files.sign(image.name, like: image.form)
                settings += [
                    "image-folder=\(RecordingServer.address)", "image-keyring=\(files.keyring)",
                ]
            }
            let captured = try build.run(settings, options: ["-p", "hello"])
            try #require(captured.status.isSuccess, "\(captured.text)")
            try look(at: try build.tree(), database: image.database)
            #expect(try build.build.leftovers() == [])
        }
    }

    /// Builds the distribution from packages, and puts its tree into an image of its layout.
    private func makeImage(
        _ image: DistributionImage, of element: String, in folder: FilePath, as path: FilePath
    ) throws {
        let first = folder.appending("first")
        try Command("mkdir", [first.string]).checkedOutput()
        let packages = try RPMBuild(element, in: first)
        let captured = try packages.run(RPMBuild.only("tools") + ["release=\(image.release)"])
        try #require(captured.status.isSuccess, "\(captured.text)")
        let tree = try packages.tree()
        try TextFile.write(
            "ID=\(element)\nVERSION_ID=\(image.release)\n", to: tree.appending("etc/os-release"))
        try ImageLayouts.make(image.layout, in: folder, as: path, tree: tree)
    }

    /// What the image lacked is there, what it had is kept, and nothing of its disk or of an instance.
    private func look(at tree: FilePath, database: String) throws {
        let names = try RPMBuild.rpm(["-qa", "--qf", "%{NAME}\n"], in: tree, database: database)
            .split(separator: "\n")
        #expect(names.contains("hello") && names.contains("small-base"), "\(names)")
        #expect(try TextFile.read(tree.appending("boot/vmlinuz-6.1")) == "kernel\n")
        #expect(
            try TextFile.read(tree.appending("boot/efi/EFI/vendor/shimx64.efi")) == "loader\n")
        let machine = try TextFile.read(tree.appending("etc/machine-id"))
        #expect(machine == "" || machine == "uninitialized\n")
        let gone = try Command(
            "find", [tree.string, "-name", "ssh_host*", "-o", "-path", "*/etc/fstab"]
        ).checkedOutput()
        #expect(gone == "")
    }

    @Test func anImageOfAnotherReleaseIsRefused() throws {
        try TemporaryFolder.with("rpm-image") { folder in
            let (image, digest) = try image(in: folder.appending("first"))
            let second = folder.appending("second")
            try Command("mkdir", [second.string]).checkedOutput()
            let fedora = try RPMBuild("fedora", in: second)
            let captured = try fedora.run([
                "from=image", "image=\(image)", "image-digest=\(digest)",
            ])
            #expect(captured.status == .exited(1))
            #expect(captured.text.contains("is of the release '41', not '45'"), "\(captured.text)")
            #expect(try fedora.build.outputs() == [])
        }
    }
}
