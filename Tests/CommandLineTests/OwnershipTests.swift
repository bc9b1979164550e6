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
}
