// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Diagnostics
import LinuxSystem
import SystemPackage

/// `dibhost doctor`: what this machine has and lacks for builds.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks that this machine can build, and names the command that mends it.",
        discussion: "Exit status 0 when builds can start, 3 when something is missing.")

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let environment = ProcessEnvironment.current
        let check = MachineCheck(
            scratchFolder: FilePath(environment["TMP_DIR"] ?? "/tmp"),
            path: environment["PATH"] ?? "",
            user: UserAccount.invoking(environment: environment).name)
        let findings = check.findings()
        if json {
            Terminal.write(try JSONText.of(findings))
        } else {
            let width = findings.map(\.name.count).max() ?? 0
            for finding in findings { Terminal.write(Self.line(finding, width: width)) }
        }
        let isRoot = UserAccount.effectiveID == 0
        if let failure = MachineCheck.failure(for: findings, isRoot: isRoot) { throw failure }
    }

    private static func line(_ finding: MachineCheck.Finding, width: Int) -> String {
        let name = finding.name + String(repeating: " ", count: width - finding.name.count)
        let state = finding.state.rawValue
        let padding = String(repeating: " ", count: max(0, 8 - state.count))
        let source = finding.state == .ok ? nil : finding.package.map { " (package \($0))" }
        return "\(state)\(padding)\(name)  \(finding.detail)\(source ?? "")"
    }
}
