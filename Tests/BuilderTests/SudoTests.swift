// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Glibc
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A user of this machine for the length of one test.
private func withUser(
    mayUseSudo: Bool, _ body: (Command.Credentials, String) throws -> Void
) throws {
    let name = "dibhost-\(getpid())-\(Int.random(in: 1000...9999))"
    let rule = "/etc/sudoers.d/\(name)"
    try Command("useradd", ["--no-create-home", "--shell", "/bin/sh", name]).checkedOutput()
    let result = Result {
        if mayUseSudo {
            try TextFile.write(
                "\(name) ALL=(root) NOPASSWD: ALL\n", to: FilePath(rule), permissions: .ownerRead)
        }
        let id = try #require(
            UInt32(try Command("id", ["-u", name]).checkedOutput().filter(\.isNumber)))
        try body(Command.Credentials(user: id, group: id, groups: [id]), name)
    }
    try Command("rm", ["-f", rule]).checkedOutput()
    try Command("userdel", [name]).checkedOutput()
    try result.get()
}

/// The programs in a folder that every user may read.
private func installProducts(in folder: FilePath) throws -> FilePath {
    for name in ["SupervisorProbe", "dibhost-init", "dibhost"] {
        try Command(
            "install", [BuiltProducts.folder.appending(name).string, folder.string]
        ).checkedOutput()
    }
    try Command("chmod", ["755", folder.string]).checkedOutput()
    return folder.appending("SupervisorProbe")
}

@Test
func aUserWithSudoBuildsAndNothingIsLeft() throws {
    try TemporaryFolder.with("sudo") { folder in
        try withUser(mayUseSudo: true) { user, name in
            var probe = try Probe(in: folder)
            probe.program = try installProducts(in: folder)
            probe.credentials = user
            let (status, lines) = try probe.run(
                "script", "id -u; stat -c '%U %a' $TREE/.. $TREE; cat /proc/1/comm; env")
            #expect(status == .exited(0))
            #expect(lines.contains("0"))
            #expect(lines.contains("\(name) 700"))
            #expect(lines.contains("root 755"))
            #expect(lines.contains("dibhost-init"))
            #expect(try probe.scratchFolders() == [])
        }
    }
}

@Test
func aKilledSupervisorOfAUserWithSudoLeavesNothingRunning() throws {
    try TemporaryFolder.with("sudo") { folder in
        try withUser(mayUseSudo: true) { user, _ in
            var probe = try Probe(in: folder)
            probe.program = try installProducts(in: folder)
            probe.credentials = user
            let script = """
                mount -t tmpfs \(folder) $TREE; trap '' TERM; echo ready; sleep 999; : \(folder)
                """
            let (status, _) = try probe.whileRunning("script", script) { $0.signal(SIGKILL) }
            #expect(status == .signalled(SIGKILL))
            #expect(try Probe.leftovers(folder.string) == [])
            var collect = Command(
                folder.appending("dibhost").string, ["gc"],
                environment: ["TMP_DIR": probe.scratch.string, "PATH": "/usr/bin:/bin"])
            collect.credentials = user
            #expect(try collect.checkedOutput().hasPrefix("removed: "))
            #expect(try probe.scratchFolders() == [])
        }
    }
}

@Test
func theInterruptOfAUserWithSudoEndsTheBuild() throws {
    try TemporaryFolder.with("sudo") { folder in
        try withUser(mayUseSudo: true) { user, _ in
            var probe = try Probe(in: folder)
            probe.program = try installProducts(in: folder)
            probe.credentials = user
            let (status, lines) = try probe.whileRunning("script", "echo ready; sleep 999") {
                $0.signal(SIGINT)
            }
            #expect(status == .exited(130))
            #expect(lines.contains { $0.hasPrefix("error: interrupted while 'sh' was running") })
            #expect(try Probe.leftovers(folder.string) == [])
        }
    }
}

/// The interrupt character at a terminal goes to the whole foreground group, sudo included; sudo on
/// Debian gives its program a terminal of its own.
@Test(arguments: [1, 2])
func interruptCharactersAtATerminalReachTheSupervisorAlone(count: Int) throws {
    try TemporaryFolder.with("terminal") { folder in
        try withUser(mayUseSudo: true) { user, _ in
            var probe = try Probe(in: folder)
            probe.program = try installProducts(in: folder)
            let script =
                count == 1
                ? "echo ready; sleep 999"
                : "trap 'echo told' TERM; echo ready; sleep 999; sleep 999"
            let supervise = "\(probe.program) supervise script \(probe.scratch) \"\(script)\""
            let keys = try FileDescriptor.pipe()
            var terminal = Command(
                "script", ["--quiet", "--return", "--command", supervise, "/dev/null"],
                environment: ["PATH": "/usr/bin:/bin", "HOME": "/", "SHELL": "/bin/sh"])
            terminal.credentials = user
            terminal.standardInput = .descriptor(keys.readEnd)
            let (status, lines) = try probe.whileRunning(terminal) { _ in
                for index in 0..<count {
                    // The builder ends the script once the first one has been handled.
                    if index > 0 { try probe.waitFor("told") }
                    try keys.writeEnd.writeAll([3])
                }
            }
            try keys.readEnd.close()
            try keys.writeEnd.close()
            #expect(status == .exited(130))
            let message = count == 1 ? "interrupted while 'sh' was running" : "ended by SIGINT"
            #expect(lines.contains { $0.contains("error: \(message)") })
            #expect(try Probe.leftovers(folder.string) == [])
        }
    }
}

@Test
func aBuildThatSudoStartedIsTheCallersOwn() throws {
    try TemporaryFolder.with("sudo") { folder in
        let probe = try Probe(in: folder)
        var command = probe.command("script", "stat -c '%u %a' $TREE/..")
        command.environment?["SUDO_UID"] = "65534"
        var lines: [String] = []
        let status = try command.run { lines.append($0) }
        #expect(status == .exited(0))
        #expect(lines.contains("65534 700"))
    }
}

@Test
func aUserWithoutSudoIsToldHowToGetIt() throws {
    try TemporaryFolder.with("sudo") { folder in
        try withUser(mayUseSudo: false) { user, name in
            var probe = try Probe(in: folder)
            probe.program = try installProducts(in: folder)
            probe.credentials = user
            let (status, lines) = try probe.run("script")
            #expect(status == .exited(3))
            #expect(
                lines.first?.hasPrefix(
                    "error: a build needs root, and sudo does not give it without a password")
                    == true)
            #expect(
                lines.last
                    == "  hint: Run dibhost as root, or allow it: "
                    + "echo '\(name) ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/\(name)")
        }
    }
}
