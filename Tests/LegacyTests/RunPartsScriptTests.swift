// SPDX-License-Identifier: Apache-2.0

import Legacy
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

struct RunPartsScriptTests {
    @Test func theRunnerPassesShellcheck() throws {
        try TemporaryFolder.with("runner") { folder in
            let hooks = try HookFolder.assemble(elements: [], into: folder.appending("hooks"))
            try Command("shellcheck", [hooks.path.appending("dib-run-parts").string])
                .checkedOutput()
        }
    }

    @Test(arguments: [[], ["--only", "x"], ["/nonexistent"], ["a", "b"]])
    func aWrongCallIsRefusedWithTheUsage(arguments: [String]) throws {
        try TemporaryFolder.with("runner") { folder in
            let hooks = try HookFolder.assemble(elements: [], into: folder.appending("hooks"))
            let result = try Command(hooks.path.appending("dib-run-parts").string, arguments)
                .capture()
            #expect(result.status == .exited(1))
            #expect(result.errorLines.first?.hasPrefix("usage: dib-run-parts") == true)
        }
    }
}
