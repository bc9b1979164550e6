// SPDX-License-Identifier: Apache-2.0
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What dnf's systems refuse: packages that nobody vouches for, releases that nobody knows, mirrors that are down.
@Suite struct DNFRefusalTests {
    private static let tool = "iscsi-initiator-utils-1.0-1.noarch"

    /// The key file or the repository that is wrong, and what the error says.
    @Test(arguments: [
        ("stranger.asc", "main", ", which is not in '"),
        ("vendor.asc", "unsigned", "package '\(tool)' is not signed"),
        ("vendor.asc", "foreign", "package '\(tool)' is signed by the key "),
        ("expired.asc", "tools", "holds no key that counts: key "),
        ("missing.asc", "tools", "there is no keyring '"),
    ])
    func aPackageWithoutGoodSignatureIsRefused(
        key: String, repository: String, reason: String
    ) throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let name = repository == "main" ? "tools" : repository
            let captured = try fedora.run(
                RPMBuild.only(name) + ["keyring=\(fedora.repositories.key(key))"])
            #expect(captured.status == .exited(1))
            #expect(captured.text.contains(reason), "\(captured.text)")
            if key == "expired.asc" { #expect(captured.text.contains("expired on 2020-01-31")) }
            #expect(try fedora.build.outputs() == [])
            #expect(try fedora.build.leftovers() == [])
        }
    }

    @Test func anUnsignedPackageIsTakenWhenTheUserSaysSoAndWarnedOf() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(
                RPMBuild.only("unsigned") + ["keyring", "accept-unsigned-packages=true"])
            #expect(captured.status.isSuccess, "\(captured.text)")
            #expect(captured.text.contains("accept-unsigned-packages is on"))
            let tree = try fedora.tree()
            #expect(
                try RPMBuild.rpm(["-q", "iscsi-initiator-utils"], in: tree) == Self.tool + "\n")
            // The next build finds none of it in the cache.
            let next = try fedora.run(RPMBuild.only("unsigned"))
            #expect(next.text.contains("package '\(Self.tool)' is not signed"), "\(next.text)")
        }
    }

    /// Keys that are not armoured, and several of which one is too old.
    @Test(arguments: [("vendor.gpg", false), ("expired-and-vendor.asc", true)])
    func everyGoodKeyOfTheFileCounts(key: String, warns: Bool) throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(["keyring=\(fedora.repositories.key(key))"])
            #expect(captured.status.isSuccess, "\(captured.text)")
            #expect(captured.text.contains("left out of the keyring") == warns)
        }
    }

    @Test func anUnknownReleaseIsRefusedBeforeAnythingIsDone() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(["release=39"])
            #expect(captured.status == .exited(2))
            #expect(captured.text.contains("Fedora has no release '39'"))
            #expect(captured.text.contains("41, 42, 43, 44, 45, rawhide (as of 2026-11-29)"))
            #expect(try fedora.server.requests() == [])
        }
    }

    /// The hint lists the table's releases, the oldest first; those that move on have no number.
    @Test(arguments: ["fedora", "rhel", "centos-stream", "rocky", "almalinux", "opensuse"])
    func theDefaultIsTheNewestReleaseWithANumber(element: String) throws {
        try TemporaryFolder.with("dnf") { folder in
            let system = try RPMBuild(element, in: folder)
            let captured = try system.run(["release=none"])
            let start = try #require(captured.text.firstRange(of: ".release to one of: "))
            let known = captured.text[start.upperBound...].prefix { $0 != "(" }
                .split(separator: ",").map { $0.filter { $0 != " " } }
            var plan = system.command(["release"])
            plan.arguments = ["plan", "--json"] + plan.arguments.dropFirst()
            let text = try plan.checkedOutput().filter { !$0.isWhitespace }
            let newest = known.last { $0.first?.isNumber == true } ?? ""
            #expect(text.contains("\"value\":\"\(newest)\""), "\(known)")
        }
    }

    @Test func aDeadReleaseIsBuiltWithAWarning() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(["release=42"])
            #expect(captured.status.isSuccess, "\(captured.text)")
            #expect(captured.text.contains("Fedora 42 gets no updates since 2026-05-13"))
        }
    }

    @Test func aMirrorThatIsDownIsTriedAsOftenAsTheUserSays() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(
                ["mirror=\(RecordingServer.address)/broken", "retries=2"])
            #expect(captured.status == .exited(1))
            let path = "/broken/releases/45/Everything/x86_64/os/repodata/repomd.xml"
            #expect(captured.text.contains("cannot get 'http://127.0.0.1:"), "\(captured.text)")
            #expect(captured.text.contains(path + "' (up to 3 tries): "), "\(captured.text)")
            #expect(captured.text.contains("503"), "\(captured.text)")
            let requests = try fedora.server.requests()
            #expect(requests == Array(repeating: "GET " + path, count: 3))
        }
    }

    @Test(arguments: ["ftp://example.org/r", "a b=http://example.org", "relative/path"])
    func whatIsNoAddressIsRefused(item: String) throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(["repositories=\(item)"])
            #expect(captured.status == .exited(2))
            #expect(captured.text.contains("parameter 'repositories'"), "\(captured.text)")
            #expect(try fedora.server.requests() == [])
        }
    }

    @Test func aPasswordInAnAddressIsNotShown() throws {
        try TemporaryFolder.with("dnf") { folder in
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(
                ["mirror=http://me:opensesame@127.0.0.1:9/x", "retries=0"])
            #expect(captured.status == .exited(1))
            #expect(captured.text.contains("cannot get 'http://***@127.0.0.1:9/x"))
        }
    }

    @Test func anotherArchitectureNeedsAnEmulator() throws {
        try TemporaryFolder.with("dnf") { folder in
            let handler = try Command("ls", ["/proc/sys/fs/binfmt_misc/"]).capture().output
            guard !handler.contains("qemu-s390x") else { return }
            let fedora = try RPMBuild("fedora", in: folder)
            let captured = try fedora.run(options: ["-a", "s390x"])
            #expect(captured.status == .exited(1))
            #expect(captured.text.contains("cannot run 's390x' programs"), "\(captured.text)")
            #expect(captured.text.contains("qemu-user-static"), "\(captured.text)")
        }
    }
}
