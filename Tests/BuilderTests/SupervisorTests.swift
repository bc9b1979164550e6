// SPDX-License-Identifier: Apache-2.0

import Glibc
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Test
func theBuilderRunsAsRootInNamespacesOfItsOwn() throws {
    try TemporaryFolder.with("session") { folder in
        let script = """
            hostname built; test "$(id -u)" = 0; echo pid1=$(cat /proc/1/comm)
            for kind in mnt pid ipc uts; do readlink /proc/self/ns/$kind; done
            test -z "$(cat)" && echo no input; tty || true
            """
        let (status, lines) = try Probe(in: folder).run("script", script)
        #expect(status == .exited(0))
        #expect(lines.contains("pid1=dibhost-init"))
        #expect(lines.contains("no input"))
        for kind in ["mnt", "pid", "ipc", "uts"] {
            let own = try #require(SymbolicLink.target(of: FilePath("/proc/self/ns/\(kind)")))
            #expect(lines.contains { $0.hasPrefix("\(kind):[") })
            #expect(!lines.contains(own.string))
        }
        #expect(try Command("hostname").checkedOutput() != "built\n")
        #expect(try Probe(in: folder).scratchFolders() == [])
    }
}

@Test
func aKilledSupervisorLeavesNoProcessAndNoMountAndGcRemovesItsFolder() throws {
    try TemporaryFolder.with("killed") { folder in
        let probe = try Probe(in: folder)
        let script = """
            mount -t tmpfs \(folder) "$TREE"
            setsid sh -c 'trap "" TERM HUP; sleep 999; : \(folder)' </dev/null >/dev/null 2>&1 &
            trap '' TERM; echo ready; sleep 999
            """
        // The script ignores SIGTERM: else the builder, which sees the socket close, might clean up
        // before PID 1 ends it.
        let (status, _) = try probe.whileRunning("script", script) { supervisor in
            let collected = try probe.collect()
            #expect(collected.hasPrefix("in use: "))
            supervisor.signal(SIGKILL)
        }
        #expect(status == .signalled(SIGKILL))
        #expect(try Probe.leftovers(folder.string) == [])
        #expect(try probe.scratchFolders().count == 1)
        #expect(try probe.collect().hasPrefix("removed: "))
        #expect(try probe.scratchFolders() == [])
    }
}

@Test
func theNextBuildRemovesWhatAKilledOneLeft() throws {
    try TemporaryFolder.with("next") { folder in
        let probe = try Probe(in: folder)
        let (_, _) = try probe.whileRunning(
            "onDisk", "mkdir -p $TREE/a/b; chattr +i $TREE/a; trap '' TERM; echo ready; sleep 999"
        ) { $0.signal(SIGKILL) }
        #expect(try Probe.leftovers(folder.string) == [])
        #expect(try probe.scratchFolders().count == 1)
        #expect(try probe.run("script").0 == .exited(0))
        #expect(try probe.scratchFolders() == [])
    }
}

@Test
func aKilledBuilderIsAnErrorThatNamesTheSignal() throws {
    try TemporaryFolder.with("crash") { folder in
        let probe = try Probe(in: folder)
        let (status, lines) = try probe.run("crash", "setsid sleep 999 >/dev/null 2>&1 &")
        #expect(status == .exited(1))
        #expect(
            lines.contains(
                "error: the builder ended without a result: ended by signal 9 (SIGKILL)"))
        #expect(try Probe.leftovers(folder.string) == [])
    }
}

@Test
func interruptEndsTheStepAndThenTheBuild() throws {
    try TemporaryFolder.with("interrupt") { folder in
        let probe = try Probe(in: folder)
        let (status, lines) = try probe.whileRunning("script", "echo ready; sleep 999") {
            $0.signal(SIGINT)
        }
        #expect(status == .exited(130))
        #expect(lines.contains { $0.hasPrefix("error: interrupted while 'sh' was running") })
        // The builder cleaned up by itself.
        #expect(try probe.scratchFolders() == [])
        #expect(try Probe.leftovers(folder.string) == [])
    }
}

@Test(arguments: [[SIGINT, SIGINT], [SIGTERM], [SIGHUP]])
func aSecondInterruptTerminateAndHangUpEndTheBuildAtOnce(signals: [Int32]) throws {
    try TemporaryFolder.with("cut") { folder in
        let probe = try Probe(in: folder)
        // The first interrupt has been handled when the builder ends the script, which goes on.
        let script = "trap 'echo told' TERM; trap '' INT HUP; echo ready; sleep 999; sleep 999"
        let (status, lines) = try probe.whileRunning("script", script) { supervisor in
            for (index, signal) in signals.enumerated() {
                if index > 0 { try probe.waitFor("told") }
                supervisor.signal(signal)
            }
        }
        #expect(status == .exited(130))
        let name = SignalName.of(try #require(signals.first))
        #expect(lines.contains("error: ended by \(name)"))
        #expect(try Probe.leftovers(folder.string) == [])
        #expect(try probe.collect().hasPrefix("removed: "))
    }
}

@Test
func aSecondBuildOfTheSameOutputsIsRefused() throws {
    try TemporaryFolder.with("twice") { folder in
        let probe = try Probe(in: folder)
        let (status, _) = try probe.whileRunning("script", "echo ready; sleep 999") { first in
            let (second, lines) = try probe.run("script")
            #expect(second == .exited(2))
            #expect(
                lines.first
                    == "error: another build is writing the outputs '\(probe.scratch)/image'")
            first.signal(SIGTERM)
        }
        #expect(status == .exited(130))
        #expect(try probe.run("script").0 == .exited(0))
    }
}

@Test
func aDaemonThatAHookLeftIsEndedWithAWarning() throws {
    try TemporaryFolder.with("daemon") { folder in
        let probe = try Probe(in: folder)
        let daemon = """
            cp "$(command -v sleep)" \(folder)/daemon
            setsid \(folder)/daemon 999 >/dev/null 2>&1 &
            until [ "$(cat /proc/$!/comm)" = daemon ]; do :; done
            """
        let warning =
            "a process was left running and was ended: '\(folder)/daemon' "
            + "(element 'probe', phase install, hook '10-daemon')"
        let (status, lines) = try probe.run("leftovers", daemon)
        #expect(status == .exited(0))
        #expect(lines.contains("warning: \(warning)"))
        #expect(lines.contains("finished: \(warning)"))
        let (strictStatus, strictLines) = try probe.run("strictLeftovers", daemon)
        #expect(strictStatus == .exited(1))
        #expect(strictLines.contains("error: \(warning)"))
    }
}

@Test
func aDaemonThatIgnoresTerminateIsKilled() throws {
    try TemporaryFolder.with("daemon") { folder in
        let script = """
            setsid sh -c 'trap "" TERM; : >\(folder)/deaf; sleep 999; sleep 999' >/dev/null 2>&1 &
            until [ -e \(folder)/deaf ]; do :; done
            """
        let (status, lines) = try Probe(in: folder).run("leftovers", script)
        #expect(status == .exited(0))
        #expect(lines.contains { $0.hasPrefix("warning: a process was left running") })
    }
}

@Test
func aMachineThatForbidsNamespacesIsNamedAsTheReason() throws {
    try TemporaryFolder.with("namespaces") { folder in
        let probe = try Probe(in: folder)
        var command = probe.command("script")
        command.arguments =
            ["--bounding-set", "-sys_admin", command.program] + command.arguments
        command.program = "setpriv"
        var lines: [String] = []
        let status = try command.run { lines.append($0) }
        #expect(status == .exited(3))
        #expect(
            lines.first
                == "error: cannot start the builder: dibhost-init: cannot make a process namespace: "
                + "Operation not permitted")
        #expect(try probe.scratchFolders() == [])
    }
}

@Test
func aMissingInitProgramIsNamed() throws {
    try TemporaryFolder.with("init") { folder in
        var probe = try Probe(in: folder)
        try Command(
            "install", [probe.program.string, folder.appending("SupervisorProbe").string]
        ).checkedOutput()
        probe.program = folder.appending("SupervisorProbe")
        let (status, lines) = try probe.run("script")
        #expect(status == .exited(3))
        #expect(
            lines.prefix(2) == [
                "error: cannot find the program 'dibhost-init'",
                "    no file \(folder)/dibhost-init",
            ])
    }
}
