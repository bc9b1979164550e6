// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The links that are installed under the names of the original's programs.
@Suite struct OriginalNameTests {
    private static func run(_ name: String, _ arguments: [String]) throws -> Command.Captured {
        let link = try InstalledTree.shared().appending("bin").appending(name)
        return try Command(link.string, arguments).capture()
    }

    @Test func diskImageCreateTakesEachWordForAnElement() throws {
        let run = try Self.run("disk-image-create", ["-n", "plan"])
        #expect(run.status == .exited(1))
        #expect(run.errorLines.first == "dibhost: error: unknown element 'plan'")
    }

    @Test(arguments: ["disk-image-create", "ramdisk-image-create", "diskimage-builder"])
    func eachProgramHasHelpAndAVersion(name: String) throws {
        let help = try Self.run(name, ["-h"])
        #expect(help.status == .exited(0))
        #expect(help.output.contains("USAGE: \(name) "))
        let version = try Self.run(name, ["--version"])
        #expect(version.status == .exited(0))
        #expect(
            version.output
                == (try Command(BuiltProducts.dibhost.string, ["--version"]).checkedOutput()))
    }

    @Test func wrongArgumentsHaveTheOriginalsStatus() throws {
        for name in ["disk-image-create", "ramdisk-image-create"] {
            let run = try Self.run(name, ["--image-sise", "3"])
            #expect(run.status == .exited(1))
            #expect(
                run.errorLines == [
                    "dibhost: error: unknown option '--image-sise'",
                    "  hint: Did you mean '--image-size'?",
                ])
            #expect(try Self.run(name, []).status == .exited(1))
        }
        #expect(try Self.run("diskimage-builder", ["--dry-rum"]).status == .exited(2))
        let none = try Self.run("diskimage-builder", [])
        #expect(none.status == .exited(2))
        #expect(
            none.errorLines == [
                "dibhost: error: missing expected argument '<file> ...'",
                "  hint: 'diskimage-builder --help' lists options.",
            ])
    }

    /// A long option that the front ends did not know could not be given to them.
    @Test func theyTakeEachOptionOfABuild() throws {
        let help = try Command(BuiltProducts.dibhost.string, ["build", "--help"]).checkedOutput()
        let options = Set(
            help.split { " ,\n".contains($0) }.filter { $0.hasPrefix("--") }
                .map { String($0.prefix { !"=.)".contains($0) }) })
        #expect(options.count > 30)
        for option in options.subtracting(["--events", "--help", "--version"]) {
            let run = try Self.run("disk-image-create", [option])
            #expect(
                run.errorLines.first?.contains("unknown option") == false,
                "\(option): \(run.errorLines)")
        }
    }
}
