// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// `dibhost verify` on images of Debian, with cloud-init and without: whoever may log in, and into what.
struct VerifyBootTests {
    private struct Report: Decodable {
        struct Boot: Decodable {
            struct Check: Decodable {
                var name: String
                var hasPassed: Bool
                var detail: String
            }
            var name: String
            var checks: [Check]
            var seconds: Double?
        }
        var digest: String
        var boots: [Boot]
    }

    /// An agent that notes what it was handed, and an image without its owner's key.
    private static let agent = """
        rm -f /root/.ssh/authorized_keys
        cat >/etc/systemd/system/agent.service <<'END'
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c 'paste -d " " /etc/agent.server /run/dibhost/hand-over/credentials >/run/agent.saw'
        END
        """

    private static let images: [String: [String]] = [
        "cloud-init": ["cloud-init-datasources"], "simple-init": ["simple-init"],
    ]
    private static let compute = ["simple-init", "nova-compute"]

    /// Builds the image, audits it and hands it to `body`.
    private func withImage(
        _ name: String, function: String = #function, _ body: (FilePath, FilePath) throws -> Void
    ) throws {
        try TemporaryFolder.with("verify", in: BuiltProducts.folder, function: function) { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("agent", ["install.d/60-agent": Self.agent])
            let handOver = "install -m 0644 \"$HAND_OVER_SERVER\" /etc/agent.server"
            try build.debianCommand(
                ["vm", "openssh-server", "hand-over", "agent"]
                    + (Self.images[name] ?? Self.compute),
                formats: "qcow2",
                options: [
                    "--set", "hand-over.unit=agent.service", "--set",
                    "hand-over.command=\(handOver)", "--set", "vm.timeout=0",
                ]
            ).checkedOutput(limits: .init(deadline: .seconds(400)))
            let image = build.output.appending("image.qcow2")
            let audit = try Command(
                BuiltProducts.dibhost.string, ["audit", "--strict", image.string]
            ).capture()
            #expect(audit.status.isSuccess, "\(audit.output)")
            try body(image, folder)
        }
    }

    /// Runs `dibhost verify` and returns its report; every check must have passed.
    @discardableResult
    private func verify(
        _ image: FilePath, _ folder: FilePath, _ options: [String],
        deadline: Duration = .seconds(2400)
    ) throws -> Report {
        let slot = try GuestSlot()
        // Two machines run at a time, so each has one of the cores.
        let captured = try Command(
            BuiltProducts.dibhost.string,
            ["verify", "--format", "json", "--jobs", "1", "--cpus", "1", "--deadline", "900"]
                + options + [image.string],
            environment: ProcessEnvironment.current.merging(["TMP_DIR": folder.string]) { $1 }
        ).capture(limits: .init(deadline: deadline))
        extendLifetime(slot)
        let report = try JSONDecoder().decode(Report.self, from: Data(captured.output.utf8))
        for boot in report.boots {
            for check in boot.checks {
                #expect(
                    check.hasPassed,
                    "\(boot.name): \(check.name): \(check.detail)\n\(captured.output)")
            }
        }
        #expect(captured.status == .exited(0), "\(captured.errorLines)")
        let left = try FolderListing.entries(of: folder).map(\.name)
        #expect(!left.contains { $0.hasPrefix("dibhost-") }, "\(left)")
        return report
    }

    private func extendLifetime(_ slot: borrowing GuestSlot) {}

    /// Metadata of a cloud, with a server to hand over to.
    private func metadata(_ cloud: String, in folder: FilePath) throws -> String {
        let path = folder.appending("\(cloud).json")
        let text = """
            {"hostname": "node.\(cloud).example.org", "hand-over": {"server": "\(cloud)", "credentials": "secret of \(cloud)"}}
            """
        try TextFile.write(text, to: path)
        return path.string
    }

    private static let names = ["first boot", "second boot", "clone"]

    private let saw = "test \"$(sudo cat /run/agent.saw)\" ="

    @Test
    func `an image with cloud-init is verified`() throws {
        try withImage("cloud-init") { image, folder in
            let report = try verify(
                image, folder,
                [
                    "--metadata", "ec2", "--metadata-file", try metadata("test", in: folder),
                    "--run", "\(saw) 'test secret of test'",
                ])
            #expect(report.boots.map(\.name) == Self.names)
        }
    }

    @Test
    func
        `an image without cloud-init is verified for a test cloud, and the same one for production`()
        throws
    {
        try withImage("simple-init") { image, folder in
            let report = try verify(
                image, folder,
                [
                    "--metadata", "configdrive", "--metadata-file",
                    try metadata("test", in: folder),
                    "--run", "\(saw) 'test secret of test'",
                ])
            #expect(report.boots.map(\.name) == Self.names)
            let again = try verify(
                image, folder,
                [
                    "--once", "--metadata", "openstack", "--digest", report.digest,
                    "--metadata-file", try metadata("production", in: folder),
                    "--run", "\(saw) 'production secret of production'",
                ])
            #expect(again.digest == report.digest && again.boots.map(\.name) == ["first boot"])
            let strings = try Command(
                "/bin/sh",
                [
                    "-c",
                    "qemu-img convert -O raw \"$1\" \"$2\" && grep -acE 'secret of (test|production)' \"$2\"",
                    "sh", image.string, folder.appending("raw").string,
                ]
            ).capture()
            #expect(strings.output == "0\n", "the image knows what was handed over")
        }
    }

    /// Without a message queue the service waits for one, and goes on waiting.
    @Test
    func `a compute node of OpenStack boots, and its service wants nothing but its cloud`() throws {
        try withImage("nova-compute") { image, folder in
            try verify(
                image, folder,
                [
                    "--once", "--metadata", "configdrive", "--memory", "2GiB",
                    "--run", "systemctl is-enabled nova-compute.service",
                    "--run", "systemctl is-active nova-compute.service",
                    "--run",
                    "timeout 800 sh -c 'until sudo grep -q \"impl_rabbit.*Connection failed\" /var/log/nova/nova-compute.log; do sleep 2; done'",
                    "--run", "! systemctl is-failed nova-compute.service libvirtd.service",
                ])
        }
    }

    private static let isWhole = ProcessEnvironment["DIBHOST_ALL_VERIFICATIONS"] != nil

    /// All ways to metadata, and all faults; `make test-all` runs them.
    @Test(arguments: isWhole ? images.keys.sorted() : [])
    func `every kind of metadata, and what may go wrong`(name: String) throws {
        try withImage(name) { image, folder in
            for kind in ["ec2", "openstack", "configdrive", "nocloud"] {
                try verify(
                    image, folder,
                    [
                        "--once", "--metadata", kind, "--metadata-file",
                        try metadata("test", in: folder),
                        "--run", "\(saw) 'test secret of test'",
                    ])
            }
            let report = try verify(
                image, folder, ["--once", "--metadata", "ec2", "--fault", "all"],
                deadline: .seconds(3600))
            #expect(report.boots.count == 5)
        }
    }
}
