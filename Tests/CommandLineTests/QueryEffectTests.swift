// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Questions change nothing on the machine.
struct QueryEffectTests {
    @Test(arguments: [
        "plan --plugin-dir plugins --elements-path scripts -t qcow2,tar -o out/image os extra",
        "plan --plugin-dir plugins --elements-path scripts --json os extra",
        "elements list --plugin-dir plugins --elements-path scripts",
        "elements show --plugin-dir plugins --elements-path scripts os",
        "elements show --plugin-dir plugins --elements-path scripts extra",
        "plugin inspect plugins/os.so",
        "plugin check --static plugins/os.so",
    ])
    func aQueryTouchesNoFile(arguments: String) throws {
        try TemporaryFolder.with("query") { folder in
            for name in ["plugins", "scripts", "scratch", "cache", "out", "home"] {
                try Command("mkdir", [folder.appending(name).string]).checkedOutput()
            }
            for (name, members) in [
                ("base", ""), ("os", #""provides": ["operating-system"]"#),
                ("vm", #""provides": ["block-device"]"#),
            ] {
                try TestPlugin.write(
                    TestPlugin.manifest(name, members),
                    to: folder.appending("plugins/\(name).so"))
            }
            try TextFile.writeScript(
                "#!/bin/sh\n: >/tmp/ran\n",
                to: folder.appending("scripts/extra/install.d/10-extra"))
            let before = try listing(of: folder)
            let run = try DibhostRun(
                arguments.split(separator: " ").map(String.init), in: folder,
                environment: [
                    "TMP_DIR": folder.appending("scratch").string,
                    "DIB_IMAGE_CACHE": folder.appending("cache").string,
                    "HOME": folder.appending("home").string,
                ])
            #expect(run.status == .exited(0), "\(run.errors)")
            #expect(try listing(of: folder) == before)
        }
    }

    /// Each file with its type, mode, owner, size, and times of its last change to the nanosecond.
    private func listing(of folder: FilePath) throws -> String {
        let format = "%p %y %m %U %s %T@ %C@\\n"
        return try Command("find", [folder.string, "-printf", format]).checkedOutput()
    }
}
