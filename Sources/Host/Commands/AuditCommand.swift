// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Audit
import Diagnostics
import LinuxSystem
import SystemPackage

/// `dibhost audit`: what an image or a tree must not have when it is handed on.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Finds what ties an image to one machine, and secrets in it.",
        discussion: """
            Looks at a disk image in any format that qemu-img knows, as root, or at the folder of a tree. Nothing of it \
            is run or changed.

            The exit status is 0 when there is no error, else 1. With --strict a warning counts as an error.
            """)

    @Flag(help: "Write JSON.")
    var json = false

    @Flag(help: "Let warnings count as errors.")
    var strict = false

    @Option(
        help: .init(
            "Leave out what a rule finds; may be given several times.", valueName: "RULE"))
    var allow: [String] = []

    @Option(
        help: .init(
            "The name of the build host, which the image must not know (default: this machine's).",
            valueName: "NAME"))
    var hostName = ThisMachine.hostName

    @Argument(help: "The image, or the folder of a tree.", completion: .file())
    var path: String

    func run() throws {
        let allowed = try Set(
            allow.map { try BuildOptions.choice($0, of: "rule", among: AuditRule.allCases) })
        let (report, notes) = try audit(allowing: allowed)
        let text = AuditText(path: path, report: report, notes: notes)
        Terminal.write(json ? try JSONText.of(text.document) : text.lines)
        let failures = report.count(.error) + (strict ? report.count(.warning) : 0)
        if failures > 0 { throw ExitCode(1) }
    }

    private func audit(allowing allowed: Set<AuditRule>) throws -> (AuditReport, [String]) {
        let file = FilePath(path)
        if try isFolder(file) {
            let report = try TreeAudit(
                root: RealPath.of(file) ?? file, hostName: hostName, allowing: allowed
            ).run()
            return (report, [])
        }
        guard UserAccount.effectiveID == 0 else {
            throw BuildError(
                .environment, "an image is mounted to look at it, which needs root",
                hint: "Run 'sudo dibhost audit \(path)', or give the folder of a tree.")
        }
        let image = try AuditedImage(
            RealPath.of(file) ?? file,
            scratch: FilePath(ProcessEnvironment.current["TMP_DIR"] ?? "/tmp"),
            hostName: hostName, allowing: allowed, limits: .init())
        return (image.report, image.notes)
    }

    private func isFolder(_ file: FilePath) throws -> Bool {
        do throws(Errno) {
            return try file.stat().type == .directory
        } catch {
            throw BuildError(
                .refused, "cannot look at '\(path)'",
                hint: "Give an image, or the folder of a tree.", cause: error.description)
        }
    }
}
