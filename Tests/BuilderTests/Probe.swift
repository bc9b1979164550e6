// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Glibc
import LinuxSystem
import SystemPackage
import TestSupport

/// Starts the program SupervisorProbe, whose builder runs a shell script, and watches it.
struct Probe {
    let folder: FilePath
    var program = BuiltProducts.folder.appending("SupervisorProbe")
    var credentials: Command.Credentials?

    /// What the folder holds besides the scratch folders.
    private var log: FilePath { folder.appending("log") }
    var scratch: FilePath { folder.appending("scratch") }

    init(in folder: FilePath) throws {
        self.folder = folder
        try Command("install", ["-d", "-m", "1777", folder.appending("scratch").string])
            .checkedOutput()
    }

    func command(_ behaviour: String, _ script: String = "true") -> Command {
        var command = Command(
            program.string, ["supervise", behaviour, scratch.string, script],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/"])
        command.credentials = credentials
        command.workingDirectory = "/"
        return command
    }

    /// Runs it to its end: status, and all lines it printed.
    func run(
        _ behaviour: String, _ script: String = "true"
    ) throws -> (LinuxSystem.ExitStatus, [String]) {
        var lines: [String] = []
        let status = try command(behaviour, script)
            .run(limits: .init(deadline: .seconds(120))) { lines.append($0) }
        return (status, lines)
    }

    /// Starts it, waits until the script has printed "ready", and hands it to `body`.
    ///
    /// Returns how it ended, and all lines it printed.
    func whileRunning(
        _ behaviour: String, _ script: String, _ body: (borrowing ChildProcess) throws -> Void
    ) throws -> (LinuxSystem.ExitStatus, [String]) {
        try whileRunning(command(behaviour, script), body)
    }

    /// The same for a command that starts the probe.
    func whileRunning(
        _ command: Command, _ body: (borrowing ChildProcess) throws -> Void
    ) throws -> (LinuxSystem.ExitStatus, [String]) {
        let file = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: .ownerReadWrite)
        defer { try? file.close() }
        let child = try command.start(output: file, error: file)
        try waitFor("ready")
        try body(child)
        return (try child.wait(), try lines())
    }

    /// Waits until the running probe has printed the line.
    func waitFor(_ line: String) throws {
        for _ in 0..<2400 where try !lines().contains(line) { usleep(50_000) }
        guard try lines().contains(line) else {
            throw BuildError(.buildFailed, "the probe printed no '\(line)': \(try lines())")
        }
    }

    private func lines() throws -> [String] {
        try TextFile.read(log).split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Processes with `text` in their command line, and mounts with it; waits up to ten seconds for
    /// none.
    static func leftovers(_ text: String) throws -> [String] {
        var found: [String] = []
        for _ in 0..<100 {
            found = try RunningProcess.all().map { process in
                let file = FilePath("/proc/\(process.id)/cmdline")
                let bytes = (try? FileDescriptor.contents(of: file)) ?? []
                return String(decoding: bytes, as: UTF8.self)
            }
            found += [try TextFile.read("/proc/self/mountinfo")]
            found = found.filter { $0.contains(text) }
            if found.isEmpty { return [] }
            usleep(100_000)
        }
        return found
    }

    /// The names in the scratch folder.
    func scratchFolders() throws -> [String] { try FolderListing.entries(of: scratch).map(\.name) }

    /// Runs `dibhost gc` on the scratch folder.
    func collect() throws -> String {
        try Command(BuiltProducts.dibhost.string, ["gc"], environment: ["TMP_DIR": scratch.string])
            .checkedOutput()
    }
}
