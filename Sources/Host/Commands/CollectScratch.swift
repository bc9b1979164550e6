// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Diagnostics
import LinuxSystem
import SystemPackage

/// `dibhost gc`: removes what killed builds left.
struct CollectScratch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Removes the scratch folders of builds that no longer run.",
        discussion: """
            Looks into TMP_DIR (/tmp). A folder whose build runs is left alone: its lock is held. \
            What belongs to root is removed through sudo, if that needs no password.
            """)

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let folder = FilePath(ProcessEnvironment["TMP_DIR"] ?? "/tmp")
        let findings = try ScratchFolders.collect(in: folder)
        // A build runs as root, and so does what it left.
        if findings.contains(where: { $0.outcome == .left }), UserAccount.effectiveID != 0,
            let status = try runAsRoot(in: folder)
        {
            throw ExitCode(status)
        }
        if json {
            Terminal.write(try JSONText.of(findings))
        } else {
            for finding in findings {
                let reason = finding.reason.map { ": \($0)" } ?? ""
                Terminal.write("\(finding.outcome.rawValue): \(finding.path)\(reason)")
            }
            if findings.isEmpty { Terminal.write("nothing to remove in '\(folder)'") }
        }
        let left = findings.filter { $0.outcome == .left }
        guard left.isEmpty else {
            throw BuildError(
                .buildFailed, "cannot remove \(left.count) of \(findings.count) scratch folders",
                hint: "Run 'sudo dibhost gc'.")
        }
    }

    /// The same command through sudo; nil when sudo wants a password or is missing.
    private func runAsRoot(in folder: FilePath) throws -> Int32? {
        let program = try BuildSession.Programs.installed().dibhost
        var probe = Command("sudo", ["-n", "true"])
        probe.newSession = false
        guard HostProgram.find("sudo", path: ProcessEnvironment["PATH"] ?? "") != nil,
            try probe.capture().status.isSuccess
        else { return nil }
        var sudo = Command(
            "sudo",
            ["-n", "--", "env", "TMP_DIR=\(folder)", program.string, "gc"]
                + (json ? ["--json"] : []))
        sudo.newSession = false
        let child = try sudo.start(output: .standardOutput, error: .standardError)
        guard case .exited(let status) = try child.wait() else { return 1 }
        return status
    }
}
