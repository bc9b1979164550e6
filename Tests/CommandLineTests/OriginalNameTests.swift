// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// dibhost under the names of the original's programs.
@Suite struct OriginalNameTests {
    private static func run(_ name: String, _ arguments: [String]) throws -> Command.Captured {
        let link = try InstalledTree.shared().appending("bin").appending(name)
        return try Command(link.string, arguments).capture()
    }

    @Test func diskImageCreateTakesEachWordForAnElement() throws {
        let run = try Self.run("disk-image-create", ["-n", "plan"])
        #expect(run.status == .exited(2))
        #expect(run.errorLines.first == "dibhost: error: unknown element 'plan'")
        #expect(try Self.run("disk-image-create", ["--version"]).status == .exited(0))
    }

    @Test(arguments: [
        ("ramdisk-image-create", "dibhost makes no ramdisks yet"),
        ("diskimage-builder", "dibhost does not read its YAML files yet"),
    ])
    func aProgramWhoseWorkIsNotDoneIsRefused(name: String, reason: String) throws {
        for arguments in [[], ["-o", "image", "debian"]] {
            let run = try Self.run(name, arguments)
            #expect(run.status == .exited(2))
            #expect(run.errorLines.first == "dibhost: error: '\(name)' is not there: \(reason)")
        }
    }
}
