// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The example of `plugin check` in README.md is what it prints.
struct ReadmeCheckTests {
    /// A plugin that asks for an executable stack, does not explain a parameter, writes to the host and crashes.
    private static let flawed = TrialPlugin(
        manifest: """
            {
                "schema": 1, "name": "nic", "version": "1.0", "summary": "Firmware of a network card",
                "vendor": "ACME", "license": "MIT", "abi": 1,
                "parameters": {"mtu": {"type": "integer", "default": 1500, "doc": ""}},
                "phases": {"post-root": {"order": 50}}
            }
            """,
        hook: #"open("/etc/acme-nic.conf", O_CREAT | O_WRONLY, 0644);"#,
        flags: ["-Wl,-z,execstack"])

    @Test func theExampleIsReal() throws {
        let readme = try TextFile.read(BuiltProducts.repository.appending("README.md"))
        let section = try #require(readme.split(separator: "### Checking a plugin\n").last)
        let block = try #require(section.split(separator: "```text\n").dropFirst().first)
        let example = try #require(block.split(separator: "```").first)
        try TemporaryFolder.with("check") { folder in
            try Self.flawed.compile(in: folder, as: "nic.so")
            let run = try DibhostRun(["plugin", "check", "nic.so"], in: folder)
            #expect(run.output == example, "\(run.errors)")
            #expect(run.status == .exited(1))
        }
    }
}
