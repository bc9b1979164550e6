// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Files and streams of the supervisor's own that cannot be written.
@Suite struct BrokenStreamTests {
    @Test(arguments: [
        (["--logfile", "/dev/full"], "cannot write the log file '/dev/full'"),
        (["--events", "/dev/full"], "cannot write the event file '/dev/full'"),
    ])
    func aFullDiskUnderALogIsAnErrorOfTheBuild(options: [String], message: String) throws {
        try TemporaryFolder.with("stream") { folder in
            let build = try TestBuild(in: folder)
            let run = try build.command(["tiny-os"], options: ["-n"] + options).capture()
            #expect(run.status == .exited(1))
            let text = run.errorLines.joined(separator: "\n")
            #expect(text.contains("dibhost: error: \(message)"), "\(text)")
            #expect(text.contains("No space left on device") || text.contains("space"), "\(text)")
            #expect(try build.outputs() == [])
            #expect(try build.leftovers() == [])
        }
    }

    @Test func aBuildGoesOnWhenNobodyReadsItsOutput() throws {
        try TemporaryFolder.with("stream") { folder in
            let build = try TestBuild(in: folder)
            var command = build.command(["tiny-os"], options: ["-n", "--checksum"])
            command.arguments =
                ["-c", "\"$0\" \"$@\" 2>&1 | true; exit ${PIPESTATUS[0]}"]
                + [command.program] + command.arguments
            command.program = "bash"
            let run = try command.capture()
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(
                try build.outputs() == ["image.raw", "image.raw.md5", "image.raw.sha256"])
            try Command("sha256sum", ["--check", "\(build.output)/image.raw.sha256"])
                .checkedOutput()
        }
    }

    @Test func gcPassesOnTheStatusOfTheProgramThatItStarts() throws {
        try TemporaryFolder.with("stream") { folder in
            let run = try DibhostRun(["gc"], in: folder, environment: ["TMP_DIR": "none"])
            #expect(run.status == .exited(1), "\(run.errors)")
            #expect(run.errors.hasPrefix("dibhost: error: "), "\(run.errors)")
        }
    }
}
