// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private func base(
    _ phase: Phase, _ parameters: [String: String] = [:], on tree: FilePath
) throws -> WorkerRun.Outcome {
    var run = WorkerRun("Base", phase, of: [.install, .finalise])
    run.parameters = parameters
    run.values = ["distribution": "debian"]
    return try run.run(on: tree)
}

@Test func anEmptyTreeGetsAHostNameThatResolves() throws {
    try ScratchTree.with(programs: []) { tree in
        for _ in 1...2 {
            let outcome = try base(.install, on: tree)
            #expect(outcome.error == nil)
            #expect(try TextFile.read(tree.appending("etc/hostname")) == "debian\n")
            #expect(
                try TextFile.read(tree.appending("etc/hosts")) == """
                    127.0.0.1 localhost
                    ::1 localhost ip6-localhost ip6-loopback
                    127.0.1.1 debian

                    """)
        }
        let folder = tree.appending("etc/cloud/cloud.cfg.d").string
        #expect(
            try Command("stat", ["--format=%F %a", folder]).checkedOutput() == "directory 755\n")
    }
}

/// What a package wrote, and what is left of it; nil for no file.
@Test(arguments: [
    ("InitiatorName=iqn.1993-08.org.debian:01:c0ffee\n", "GenerateName=yes\n"),
    ("InitiatorName=iqn.1994-05.com.redhat:c0ffee\n", nil),
    ("InitiatorName=iqn.2026-01.org.example:one\n", "InitiatorName=iqn.2026-01.org.example:one\n"),
])
func aNameOfTheInitiatorThatAPackageMadeUpIsForgotten(before: String, after: String?) throws {
    try ScratchTree.with(programs: []) { tree in
        let file = tree.appending("etc/iscsi/initiatorname.iscsi")
        try TextFile.write(before, to: file)
        #expect(try base(.finalise, on: tree).error == nil)
        let names = try FolderListing.entries(of: tree.appending("etc/iscsi")).map(\.name)
        #expect(names.isEmpty == (after == nil))
        if let after { #expect(try TextFile.read(file) == after) }
    }
}

@Test func whatTheTreeHasAlreadyStays() throws {
    try ScratchTree.with(programs: []) { tree in
        let hosts = "127.0.0.1 localhost\n::1 ip6-localhost\n192.0.2.1 mine mine.test"
        try TextFile.write("mine\n", to: tree.appending("etc/hostname"))
        try TextFile.write(hosts, to: tree.appending("etc/hosts"))
        let outcome = try base(.install, on: tree)
        #expect(outcome.error == nil)
        #expect(try TextFile.read(tree.appending("etc/hostname")) == "mine\n")
        #expect(try TextFile.read(tree.appending("etc/hosts")) == hosts)
    }
}

@Test func parametersDecideHostNameAndCloudInit() throws {
    try ScratchTree.with(programs: []) { tree in
        try TextFile.write("old\n", to: tree.appending("etc/hostname"))
        let parameters = ["hostname": "new", "cloud-init-etc-hosts": "localhost"]
        let outcome = try base(.install, parameters, on: tree)
        #expect(outcome.error == nil)
        #expect(try TextFile.read(tree.appending("etc/hostname")) == "new\n")
        #expect(try TextFile.read(tree.appending("etc/hosts")).hasSuffix("127.0.1.1 new\n"))
        #expect(
            try TextFile.read(tree.appending("etc/cloud/cloud.cfg.d/10_etc_hosts.cfg"))
                == "manage_etc_hosts: localhost\n")
    }
}

@Test func theIdentityOfTheBuildMachineDoesNotStay() throws {
    try ScratchTree.with(programs: []) { tree in
        for path in [
            "etc/machine-id", "var/lib/dbus/machine-id", "var/lib/systemd/random-seed",
            "etc/shadow-", "var/lib/dpkg/status-old", "var/lib/dpkg/status",
        ] {
            try TextFile.write("x\n", to: tree.appending(path))
        }
        let outcome = try base(.finalise, on: tree)
        #expect(outcome.error == nil)
        let left = try Command(
            "find", [tree.string, "-path", "*/dev/*", "-o", "-type", "f", "-printf", "%P\\n"]
        ).checkedOutput().split(separator: "\n")
        #expect(
            Set(left) == ["etc/group", "etc/passwd", "etc/machine-id", "var/lib/dpkg/status"])
        #expect(try TextFile.read(tree.appending("etc/machine-id")).isEmpty)
    }
}
