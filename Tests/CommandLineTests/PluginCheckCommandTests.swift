// SPDX-License-Identifier: Apache-2.0

import Elements
import Foundation
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// `dibhost plugin check`: what is printed, and the exit status.
struct PluginCheckCommandTests {
    private func check(
        _ manifest: String, flags: [String] = [], options: [String] = [],
        _ body: (DibhostRun) throws -> Void
    ) throws {
        try TemporaryFolder.with("check") { folder in
            try TestPlugin.write(
                manifest, to: folder.appending("nic.so"),
                flags: ["-g", "-Wl,-z,now,-z,relro"] + flags)
            try body(
                try DibhostRun(["plugin", "check", "--static"] + options + ["nic.so"], in: folder))
        }
    }

    private let manifest = TestPlugin.manifest("nic", #""vendor": "ACME", "requires": ["base"]"#)

    @Test func findingsAreATable() throws {
        try check(manifest, flags: ["-Wl,-z,execstack"]) { run in
            #expect(
                run.output == """
                    nic.so: element 'nic' 1.0, x86_64
                    error    executable-stack  asks for an executable stack, which newer systems refuse
                                                 Link with -z noexecstack, and mark assembler files with .note.GNU-stack.
                    warning  about             does not say under which license it may be used
                                                 Give 'license' in manifest.json.
                    1 error, 1 warning, 0 notes

                    """)
            #expect(run.status == .exited(1))
        }
    }

    @Test func warningsAreErrorsWithStrict() throws {
        try check(manifest) { #expect($0.status == .exited(0), "\($0.output)") }
        try check(manifest, options: ["--strict"]) { run in
            #expect(run.status == .exited(1), "\(run.output)")
        }
    }

    @Test func findingsAsJSONCarryRuleAndObject() throws {
        struct Report: Decodable {
            struct Entry: Decodable {
                var severity: String
                var rule: String
                var object: String?
            }
            var element: String
            var findings: [Entry]
            var errors: Int
        }
        try check(manifest, options: ["--json"]) { run in
            let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
            #expect(report.element == "nic")
            #expect(report.errors == 0)
            #expect(report.findings.map(\.rule) == ["about"])
            #expect(report.findings.first?.object == "$.license")
            #expect(report.findings.first?.severity == "warning")
        }
    }

    @Test func aMissingFileIsAWrongRequest() throws {
        try TemporaryFolder.with("check") { folder in
            let run = try DibhostRun(["plugin", "check", "none.so"], in: folder)
            #expect(run.status == .exited(2))
            #expect(
                run.errors == """
                    dibhost: error: cannot open 'none.so': No such file or directory
                      hint: Name a plugin's .so file.
                    """)
        }
    }

    @Test func theSwiftRuntimeOfAPlainSystemIsTheInstalledOne() throws {
        let folder = try InstalledTree.shared().appending("lib/dibhost/swift")
        let installed = Set(try FolderListing.entries(of: folder).map(\.name))
        #expect(PlainSystem.swiftRuntime.subtracting(installed).isEmpty, "\(installed)")
    }
}
