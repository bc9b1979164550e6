// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Files of a build that sudo started.
struct OwnershipTests {
    @Test func cacheFolderAndLogOfABuildThroughSudoBelongToItsCaller() throws {
        try TemporaryFolder.with("owner") { folder in
            let build = try TestBuild(in: folder)
            try Command("chmod", ["0755", folder.string]).checkedOutput()
            for path in [build.output, build.scratch] {
                try Command("chmod", ["0777", path.string]).checkedOutput()
            }
            try build.addElement(
                "os", ["element-provides": "operating-system", "root.d/10-os": "id -u; exit 7"])
            let run = try build.command(
                ["os"], options: ["-n"], environment: ["SUDO_UID": "65534"]
            ).capture()
            #expect(run.status == .exited(1))
            #expect(run.errorLines.contains("    65534"), "\(run.errorLines)")
            let owners = try Command(
                "find", [folder.appending("cache").string, "-printf", "%U %y\n"]
            ).checkedOutput()
            // The cache folder, its folder of logs, and the log.
            #expect(owners == "65534 d\n65534 d\n65534 f\n")
        }
    }

    @Test(arguments: ["--logfile", "--events"])
    func aBuildThroughSudoWritesToNoFileThatItsCallerMayNotWriteTo(option: String) throws {
        try TemporaryFolder.with("owner") { folder in
            let build = try TestBuild(in: folder)
            try Command("chmod", ["0755", folder.string]).checkedOutput()
            for path in [build.output, build.scratch] {
                try Command("chmod", ["0777", path.string]).checkedOutput()
            }
            let other = folder.appending("other")
            try TextFile.write("kept\n", to: other)
            // The caller's own link to a file of root's.
            let link = build.output.appending("link")
            try Command("ln", ["-s", other.string, link.string]).checkedOutput()
            try Command("chown", ["-h", "65534:65534", link.string]).checkedOutput()
            func run(_ path: FilePath) throws -> Command.Captured {
                try build.command(
                    ["os"], options: ["-n", option, path.string],
                    environment: ["SUDO_UID": "65534"]
                ).capture()
            }
            try build.addElement(
                "os", ["element-provides": "operating-system", "root.d/10-os": "exit 7"])
            let refused = try run(link)
            #expect(refused.status == .exited(2))
            let text = refused.errorLines.joined(separator: "\n")
            #expect(text.contains("Permission denied"), "\(text)")
            #expect(try TextFile.read(other) == "kept\n")
            let own = build.output.appending("own")
            #expect(try run(own).status == .exited(1))
            let owner = try Command("stat", ["-c", "%u %g", own.string]).checkedOutput()
            #expect(owner == "65534 65534\n")
        }
    }
}
