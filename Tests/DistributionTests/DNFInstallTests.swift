// SPDX-License-Identifier: Apache-2.0
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Systems that dnf installs from signed repositories.
struct DNFInstallTests {
    @Test func fedoraIsInstalledAndReadBackByRPM() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run()
            #expect(captured.status.isSuccess, "\(captured.text)")
            #expect(!captured.text.contains("warning"), "\(captured.text)")
            let tree = try fedora.tree()
            let format = "%{NAME} %|RSAHEADER?{%{RSAHEADER:pgpsig}}:{none}|\n"
            let packages = try RPMBuild.rpm(["-qa", "--qf", format], in: tree)
                .split(separator: "\n")
            // The logical name for the family redhat, and no key that only the build believed.
            #expect(
                packages.map { $0.prefix { $0 != " " } }.sorted() == [
                    "iscsi-initiator-utils", "small-base",
                ])
            #expect(packages.allSatisfy { $0.contains("RSA/SHA512") }, "\(packages)")
            // The script of the package ran in the tree, which had /proc, /sys and /dev.
            _ = try TextFile.read(tree.appending("opt/iscsi-initiator-utils.post"))
            let altered = try RPMBuild.rpm(["-Va", "--nomtime"], in: tree)
            #expect(altered == "", "\(altered)")
            #expect(try TextFile.read(tree.appending("etc/machine-id")) == "")
            // Kernel and initramfs by Fedora's names; the tree's dracut is a stand-in.
            #expect(try TextFile.read(tree.appending("boot/vmlinuz-6.1-test")) == "kernel\n")
            let initramfs = try TextFile.read(tree.appending("boot/initramfs-6.1-test.img"))
            #expect(initramfs.contains("--no-hostonly --kver 6.1-test"), "\(initramfs)")
            // What the script made up at random is each instance's own matter.
            for folder in ["etc/iscsi", "etc/ssh"] {
                #expect(try FolderListing.entries(of: tree.appending(folder)).map(\.name) == [])
            }
        }
    }

    @Test func nothingOfTheBuildIsLeft() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            #expect(try fedora.run().status.isSuccess)
            #expect(try fedora.build.leftovers() == [])
            #expect(try FolderListing.entries(of: fedora.build.scratch).map(\.name) == [])
            let tree = try fedora.tree()
            let found = try Command("find", [tree.string, "!", "-type", "d", "-printf", "%P\n"])
                .checkedOutput()
            for trace in [
                "dnf", "hawkey", "dibhost.repo", "dibhost-packages", "install-packages", ".rpmdb",
                "rpmmacros", "var/log/",
            ] {
                #expect(!found.contains(trace), "\(trace) in \(found)")
            }
            #expect(found.contains("etc/yum.repos.d/own.repo"))
            let folders = try ["proc", "sys", "dev", "run"].map {
                try FolderListing.entries(of: tree.appending($0)).map(\.name)
            }
            #expect(folders == [[], [], [], []])
            let words = try Command(
                "grep", ["-rlaE", "127\\.0\\.0\\.1:[0-9]{4}|\(folder.string)", tree.string]
            ).capture().output
            #expect(words == "", "\(words)")
        }
    }

    /// Element, release, where the database is, and its logical names.
    @Test(arguments: [
        ("rocky", "9", "/var/lib/rpm"), ("rocky", "10", "/usr/lib/sysimage/rpm"),
        ("almalinux", "9", "/var/lib/rpm"), ("almalinux", "10", "/usr/lib/sysimage/rpm"),
        ("centos-stream", "9", "/var/lib/rpm"), ("centos-stream", "10", "/usr/lib/sysimage/rpm"),
        ("rhel", "9", "/var/lib/rpm"), ("rhel", "10", "/usr/lib/sysimage/rpm"),
    ])
    func aCloneIsInstalledFromItsOwnLayout(
        element: String, release: String, database: String
    ) throws {
        try TemporaryFolder.with("dnf") { folder in
            let system = try RPMBuild(element, in: folder)
            let captured = try system.run(["release=\(release)"])
            #expect(captured.status.isSuccess, "\(captured.text)")
            let tree = try system.tree()
            let names = try RPMBuild.rpm(
                ["-qa", "--qf", "%{NAME}\n"], in: tree, database: database)
            #expect(
                names.split(separator: "\n").sorted() == [
                    "iscsi-initiator-utils", "small-base",
                ])
            #expect(try system.server.requests().contains { $0.contains("x86_64") })
        }
    }

    /// rpm of release 8 cannot read what the build host's has written; its own rpmdb, here Debian's, takes the list over.
    @Test func aDatabaseForAnOldRPMIsMadeByTheTreesOwn() throws {
        try TemporaryFolder.with("dnf") { folder in
            let rocky = try RPMBuild("rocky", in: folder)
            let captured = try rocky.run(["release=8"] + RPMBuild.only("chroot"))
            #expect(captured.status.isSuccess, "\(captured.text)")
            let tree = try rocky.tree()
            let format = "%{NAME} %|RSAHEADER?{%{RSAHEADER:pgpsig}}:{none}|\n"
            let packages = try RPMBuild.rpm(["-qa", "--qf", format], in: tree)
                .split(separator: "\n")
            #expect(
                packages.map { $0.prefix { $0 != " " } }.sorted() == [
                    "iscsi-initiator-utils", "small-base", "small-dnf", "small-selinux",
                ])
            #expect(packages.allSatisfy { $0.contains("RSA/SHA512") }, "\(packages)")
        }
    }

    @Test func packagesOfLaterPhasesAreInstalledInTheChroot() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            try fedora.build.addElement("asks", ["package-installs.yaml": "hello:"])
            let captured = try fedora.run(
                RPMBuild.only("chroot"), elements: ["base", "package-installs", "asks"])
            #expect(captured.status.isSuccess, "\(captured.text)")
            let tree = try fedora.tree()
            let packages = try RPMBuild.rpm(["-q", "hello"], in: tree)
            #expect(packages == "hello-1.0-1.noarch\n")
            _ = try TextFile.read(tree.appending("opt/hello.post"))
            // The tree's own setfiles has labelled it, and what the builder's mounts hid.
            for (path, type) in [("etc/hostname", "etc_t"), ("proc", "proc_t"), ("dev", "root_t")] {
                let label = try Command(
                    "getfattr",
                    [
                        "--no-dereference", "--name=security.selinux", "--only-values",
                        "--absolute-names", tree.appending(path).string,
                    ]
                ).checkedOutput()
                #expect(label.contains("system_u:object_r:\(type):s0"), "\(path): \(label)")
            }
            for trace in ["var/cache/dnf", "var/lib/dnf", "usr/local/bin/install-packages"] {
                let found = try Command("find", [tree.appending(trace).string, "-type", "f"])
                    .capture().output
                #expect(found == "", "\(found)")
            }
        }
    }

    @Test func aSecondBuildNeedsTheCacheAlone() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let first = fedora.command()
            let script = """
                online=$1; shift
                "$online" "$@" || exit 1
                curl --silent --request POST \(RecordingServer.address)/stop
                ! curl --silent --output /dev/null \(RecordingServer.address)/main/ || exit 2
                exec "$online" "$@" --offline
                """
            var both = first
            both.program = "/bin/sh"
            both.arguments = ["-c", script, "sh", first.program] + first.arguments
            let captured = try fedora.run(both)
            #expect(captured.status.isSuccess, "\(captured.text)")
            let requests = try fedora.server.requests()
            #expect(requests.count { $0.contains("small-base") } == 1)
            let names = try RPMBuild.rpm(["-qa", "--qf", "%{NAME} "], in: try fedora.tree())
            #expect(names.contains("iscsi-initiator-utils"))
        }
    }

    @Test func offlineWithoutACacheIsAnErrorThatSaysSo() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(options: ["--offline"])
            #expect(captured.status == .exited(1))
            #expect(
                captured.text.contains(
                    "there is no package cache '\(folder)/cache/fedora/45-amd64'"))
            #expect(captured.text.contains("Build once without --offline"))
            #expect(try fedora.server.requests() == [])
        }
    }

    /// The address leads nowhere but through the proxy.
    @Test(arguments: [true, false])
    func aProxyIsUsed(isParameter: Bool) throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(
                ["mirror=http://mirror.invalid/fedora"]
                    + (isParameter ? ["proxy=\(RecordingServer.address)"] : []),
                environment: isParameter ? [:] : ["http_proxy": RecordingServer.address])
            #expect(captured.status.isSuccess, "\(captured.text)")
            let requests = try fedora.server.requests()
            #expect(requests.contains { $0.hasPrefix("GET http://mirror.invalid/fedora/") })
        }
    }
}
