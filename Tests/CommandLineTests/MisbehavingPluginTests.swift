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
