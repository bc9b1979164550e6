// SPDX-License-Identifier: Apache-2.0

import Builder
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What a build shows of itself, and what it hides.
@Suite struct BuildOutputTests {
    @Test func aSecretIsInNoLogEventOrImageAndTheRecordNamesThePlugin() throws {
        try TemporaryFolder.with("secret") { folder in
            let build = try TestBuild(in: folder)
            let secret = "s3cr3t-w0rd"
            let command = build.command(
                ["tiny-os", "local-config"], formats: "tar",
                options: [
                    "-n", "-x", "--logfile", folder.appending("log").string,
                    "--set", "local-config.keep-proxy=false",
                ],
                environment: [
                    "http_proxy": "http://ann:\(secret)@proxy.example:1", "HOME": folder.string,
                ])
            let outcome = try EventStream.run(command)
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            #expect(!outcome.lines.joined().contains(secret))
            #expect(!outcome.events.contains { "\($0)".contains(secret) })
            #expect(try !TextFile.read(folder.appending("log")).contains(secret))
            let image = build.output.appending("image.tar").string
            #expect(try Command("grep", ["-c", secret, image]).capture().output == "0\n")

            let record = try Command(
                "tar", ["--extract", "--to-stdout", "--file", image, "./etc/dibhost/build.json"]
            ).checkedOutput()
            let plugin = build.plugins.appending("local-config.so").string
            let digest = try Command("sha256sum", [plugin]).checkedOutput().prefix(64)
            #expect(record.contains("\"digest\" : \"sha256:\(digest)\""), "\(record)")
            let tiny = BuiltProducts.fixtureElements.appending("tiny-os")
            for digest in try FileDigests.sha256(ofFolders: [tiny]) {
                #expect(record.contains("\"digest\" : \"\(digest)\""), "\(record)")
            }
            #expect(record.contains("\"name\" : \"keep-proxy\""), "\(record)")
        }
    }

    @Test(arguments: ["", "; exit 1"])
    func whatAHookPrintsCannotSteerTheTerminal(end: String) throws {
        try TemporaryFolder.with("escape") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("loud", ["install.d/50-loud": "printf 'a\\033[2Jb\\n'" + end])
            let run = try build.command(["tiny-os", "loud"], options: ["-n", "-x"]).capture()
            #expect(run.status == .exited(end.isEmpty ? 0 : 1))
            let lines = run.errorLines.joined(separator: "\n")
            #expect(end.isEmpty || lines.contains("a\u{FFFD}[2Jb"), "\(lines)")
            #expect(!lines.contains("\u{1B}"))
        }
    }

    /// script(1) gives the program a terminal.
    @Test func aTerminalShowsTheRunningStepAndALineForEachThatEnded() throws {
        try TemporaryFolder.with("terminal") { folder in
            let build = try TestBuild(in: folder)
            let dibhost = build.command(["tiny-os"], options: ["-n"])
            let line = ([dibhost.program] + dibhost.arguments).joined(separator: " ")
            var terminal = Command(
                "script", ["--quiet", "--return", "--command", line, "/dev/null"],
                environment: dibhost.environment)
            terminal.workingDirectory = folder
            let text = try terminal.checkedOutput()
            let live = "\r\u{1B}[K["
            #expect(text.utf8.contains(live.utf8), "\(text)")
            #expect(text.contains("write file system"))
            for part in ["artifact", "sha256", "time by phase", "in all"] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }
}
