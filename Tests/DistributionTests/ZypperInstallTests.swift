// SPDX-License-Identifier: Apache-2.0
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Systems that zypper installs from signed repositories, and what it refuses.
struct ZypperInstallTests {
    private static let tool = "open-iscsi-1.0-1.noarch"

    @Test func tumbleweedIsInstalledAndReadBackByRPM() throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            let captured = try opensuse.run()
            #expect(captured.status.isSuccess, "\(captured.text)")
            #expect(!captured.text.contains("warning"), "\(captured.text)")
            let tree = try opensuse.tree()
            let format = "%{NAME} %|RSAHEADER?{%{RSAHEADER:pgpsig}}:{none}|\n"
            let packages = try RPMBuild.rpm(["-qa", "--qf", format], in: tree)
                .split(separator: "\n")
            #expect(
                packages.map { $0.prefix { $0 != " " } }.sorted() == [
                    "open-iscsi", "small-base",
                ])
            #expect(packages.allSatisfy { $0.contains("RSA/SHA512") }, "\(packages)")
            _ = try TextFile.read(tree.appending("opt/open-iscsi.post"))
            #expect(try TextFile.read(tree.appending("boot/vmlinuz-6.1-test")) == "kernel\n")
            let initramfs = try TextFile.read(tree.appending("boot/initrd-6.1-test"))
            #expect(initramfs.contains("--no-hostonly --kver 6.1-test"), "\(initramfs)")
            let altered = try RPMBuild.rpm(["-Va", "--nomtime"], in: tree)
            #expect(altered == "", "\(altered)")
            #expect(try opensuse.build.leftovers() == [])
            let found = try Command("find", [tree.string, "!", "-type", "d", "-printf", "%P\n"])
                .checkedOutput()
            for trace in [
                "zypper", "solv", "dibhost.repo", "dibhost-packages", "install-packages", ".rpmdb",
                "pubkeys", "var/log/", "AnonymousUniqueId",
            ] {
                #expect(!found.contains(trace), "\(trace) in \(found)")
            }
            #expect(found.contains("etc/zypp/repos.d/own.repo"))
        }
    }

    /// What of the repository is wrong, and what the error says; for each zypper itself would let through or ask.
    @Test(arguments: [
        ("vendor.asc", "unsigned", "package '\(tool)' is not signed"),
        ("vendor.asc", "foreign", "package '\(tool)' is signed by the key "),
        ("vendor.asc", "unsigned-index", "/unsigned-index/repodata/repomd.xml' is not signed: "),
        (
            "vendor.asc", "foreign-index",
            "/foreign-index/repodata/repomd.xml' is not signed by a key in"
        ),
        ("stranger.asc", "tools", "/main/repodata/repomd.xml' is not signed by a key in"),
        ("expired.asc", "tools", "expired on 2020-01-31"),
        ("missing.asc", "tools", "there is no keyring '"),
    ])
    func whatNobodyVouchesForIsRefused(key: String, repository: String, reason: String) throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            let captured = try opensuse.run(
                RPMBuild.only(repository) + ["keyring=\(opensuse.repositories.key(key))"])
            #expect(captured.status == .exited(1))
            #expect(captured.text.contains(reason), "\(captured.text)")
            #expect(try opensuse.build.outputs() == [])
            #expect(try opensuse.build.leftovers() == [])
        }
    }

    /// The server offers the stranger's key beside the index, and zypper could take it.
    @Test func theServerOfTheWrongKeyOffersIt() throws {
        let repositories = try RPMRepositories.shared()
        let offered = repositories.folder.appending("foreign-index/repodata/repomd.xml.key")
        let key = try TextFile.read(FilePath(repositories.key("stranger.asc")))
        #expect(try TextFile.read(offered) == key)
    }

    @Test(arguments: ["unsigned", "unsigned-index", "foreign-index"])
    func theUserCanGoWithoutSignaturesAndIsWarned(repository: String) throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            let captured = try opensuse.run(
                RPMBuild.only(repository) + ["keyring", "accept-unsigned-packages=true"])
            #expect(captured.status.isSuccess, "\(captured.text)")
            #expect(captured.text.contains("accept-unsigned-packages is on"))
        }
    }

    @Test func packagesOfLaterPhasesAreInstalledInTheChroot() throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            try opensuse.build.addElement("asks", ["package-installs.yaml": "hello:"])
            let captured = try opensuse.run(
                RPMBuild.only("chroot"), elements: ["base", "package-installs", "asks"])
            #expect(captured.status.isSuccess, "\(captured.text)")
            let tree = try opensuse.tree()
            #expect(try RPMBuild.rpm(["-q", "hello"], in: tree) == "hello-1.0-1.noarch\n")
            _ = try TextFile.read(tree.appending("opt/hello.post"))
        }
    }

    @Test func aSecondBuildNeedsTheCacheAlone() throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            let first = opensuse.command()
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
            let captured = try opensuse.run(both)
            #expect(captured.status.isSuccess, "\(captured.text)")
            let names = try RPMBuild.rpm(["-qa", "--qf", "%{NAME} "], in: try opensuse.tree())
            #expect(names.contains("open-iscsi"))
        }
    }

    @Test func offlineWithoutACacheIsAnErrorThatSaysSo() throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            let captured = try opensuse.run(options: ["--offline"])
            #expect(captured.status == .exited(1))
            #expect(captured.text.contains("there is no package cache '"))
            #expect(try opensuse.server.requests() == [])
        }
    }

    @Test(arguments: [true, false])
    func aProxyIsUsed(isParameter: Bool) throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            let captured = try opensuse.run(
                ["mirror=http://mirror.invalid/opensuse"]
                    + (isParameter ? ["proxy=\(RecordingServer.address)"] : []),
                environment: isParameter ? [:] : ["http_proxy": RecordingServer.address])
            #expect(captured.status.isSuccess, "\(captured.text)")
            let requests = try opensuse.server.requests()
            #expect(requests.contains { $0.hasPrefix("GET http://mirror.invalid/opensuse/") })
        }
    }

    @Test func aMirrorThatIsDownIsAnErrorThatNamesIt() throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            let captured = try opensuse.run(
                ["mirror=\(RecordingServer.address)/broken", "retries=1"])
            #expect(captured.status == .exited(1))
            let path = "/broken/tumbleweed/repo/oss/repodata/repomd.xml"
            #expect(captured.text.contains(path + "' (up to 2 tries): "), "\(captured.text)")
            #expect(try opensuse.server.requests() == ["GET " + path, "GET " + path])
        }
    }

    @Test func leapIsKnownByItsNumbers() throws {
        try TemporaryFolder.with("zypper") { folder in
            let opensuse = try RPMBuild("opensuse", in: folder)
            let captured = try opensuse.run(["release=15.4"])
            #expect(captured.status == .exited(2))
            #expect(captured.text.contains("openSUSE has no release '15.4'"))
            #expect(captured.text.contains("15.6, 16.0, tumbleweed"), "\(captured.text)")
        }
    }
}
