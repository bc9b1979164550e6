// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A plugin can do what it likes: the build ends with an error of its own, and nothing is left.
@Suite struct MisbehavingPluginTests {
    /// How the hook ends, and the first words of what the user is told.
    private static let failures = [
        ("null", "the plugin crashed: signal 11 (SIGSEGV)"),
        ("abort", "the plugin crashed: signal 6 (SIGABRT)"),
        ("trap", "the plugin crashed: signal "),
        ("exit0", "the plugin ended without saying that it was done (exit status 0)"),
        ("hang", "the hook did not end within 2 s"),
        ("error", "the firmware 'mode' is missing"),
        ("program", "'sh -c echo almost; exit 3' failed: exit status 3"),
    ]

    @Test(arguments: failures)
    func aBuildWithABadPluginFailsWithOneErrorAndLeavesNothing(
        mode: String, message: String
    ) throws {
        try TemporaryFolder.with { folder in
            let build = try TestBuild(in: folder)
            try BuiltProducts.copyPlugin("Misbehaving", to: build.plugins)
            let options = [
                "--set", "misbehaving.mode=\(mode)", "--set", "misbehaving.deadline=2",
            ]
            let outcome = try EventStream.run(
                build.command(["-n", "tiny-os", "misbehaving"], options: options))
            #expect(outcome.status == .exited(1))
            let errors = outcome.events.compactMap { event in
                if case .buildFailed(let error) = event { error } else { nil }
            }
            let error = try #require(errors.first)
            #expect(errors.count == 1)
            #expect(error.message.hasPrefix(message))
            let place = BuildError.Location(
                element: "misbehaving", phase: "install", hook: "50-misbehaving")
            #expect(error.location == place)
            #expect(try build.outputs().isEmpty)
            #expect(try build.leftovers().isEmpty)
        }
    }

    @Test func aCrashIsShownWithItsPlaceInTheSource() throws {
        let (error, lines) = try crash()
        #expect(error.message == "the plugin crashed: signal 11 (SIGSEGV)")
        #expect(lines.contains { $0.contains("MisbehavingElement.swift:") }, "\(lines)")
    }

    @Test func withoutTheToolchainACrashStillNamesSignalElementAndPhase() throws {
        try TemporaryFolder.with("runtime") { folder in
            let dibhost = folder.appending("dibhost")
            try TextFile.writeScript(
                """
                #!/bin/sh
                # Runs dibhost where nobody finds the runtime's helper programs.
                swift=$(dirname "$(readlink -f "$(command -v swiftc)")")
                exec unshare --mount sh -euc 'mount -t tmpfs none "$1"; shift; exec "$@"' \
                    sh "$swift/../libexec" \(BuiltProducts.dibhost) "$@"
                """, to: dibhost)
            let (error, lines) = try crash(with: dibhost)
            #expect(error.message == "the plugin crashed: signal 11 (SIGSEGV)")
            let place = BuildError.Location(
                element: "misbehaving", phase: "install", hook: "50-misbehaving")
            #expect(error.location == place)
            #expect(lines.contains { $0.contains("SIGSEGV") && $0.contains("misbehaving") })
            for words in ["backtrace", "MisbehavingElement.swift"] {
                #expect(!lines.contains { $0.contains(words) }, "\(lines)")
            }
        }
    }

    /// A build whose plugin writes through null: its error, and all that was printed.
    private func crash(
        with dibhost: FilePath = BuiltProducts.dibhost
    ) throws -> (error: BuildError, lines: [String]) {
        try TemporaryFolder.with { folder in
            let build = try TestBuild(in: folder)
            try BuiltProducts.copyPlugin("Misbehaving", to: build.plugins)
            var command = build.command(
                ["-n", "tiny-os", "misbehaving"], options: ["--set", "misbehaving.mode=null"])
            command.program = dibhost.string
            let outcome = try EventStream.run(command)
            #expect(outcome.status == .exited(1))
            let errors = outcome.events.compactMap { event in
                if case .buildFailed(let error) = event { error } else { nil }
            }
            return (try #require(errors.first), outcome.lines)
        }
    }

    @Test func aPluginThatLiesAboutItsPhasesIsRefusedBeforeItsHookRuns() throws {
        try TemporaryFolder.with { folder in
            let build = try TestBuild(in: folder)
            try BuiltProducts.copyPlugin("Liar", to: build.plugins)
            let outcome = try EventStream.run(build.command(["-n", "tiny-os", "liar"]))
            #expect(outcome.status == .exited(1))
            let message =
                "the plugin's code has the phases install, finalise, its manifest install, post-install"
            #expect(outcome.lines.contains { $0.contains(message) }, "\(outcome.lines)")
            #expect(try build.leftovers().isEmpty)
        }
    }

    @Test func aDaemonIsEndedAndNamedAndTheBuildGoesOn() throws {
        try TemporaryFolder.with { folder in
            let build = try TestBuild(in: folder)
            try BuiltProducts.copyPlugin("Misbehaving", to: build.plugins)
            let outcome = try EventStream.run(
                build.command(
                    ["-n", "tiny-os", "misbehaving"], options: ["--set", "misbehaving.mode=daemon"])
            )
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let warnings = outcome.events.compactMap { event in
                if case .message(.warning, let text) = event { text } else { nil }
            }
            #expect(
                warnings.contains { $0.contains("50-misbehaving") && $0.contains("sleep") },
                "\(warnings)")
            #expect(try build.leftovers().isEmpty)
        }
    }
}
