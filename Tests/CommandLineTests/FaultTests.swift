// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Hooks that go wrong: each has its own message, and nothing is left of its build.
struct FaultTests {
    struct Fault: CustomTestStringConvertible {
        var testDescription: String
        /// The phase's folder and the script.
        var hook: String
        var script: String
        /// What the error says.
        var message: String
        var place: String
    }

    static let faults = [
        Fault(
            testDescription: "fails in the chroot", hook: "install.d/50-fault",
            script: "echo the last words; exit 42", message: "exit status 42",
            place: "element 'faulty', phase install, hook '50-fault'"),
        Fault(
            testDescription: "fails outside the chroot", hook: "extra-data.d/50-fault",
            script: "echo the last words; false", message: "exit status 1",
            place: "element 'faulty', phase extra-data, hook '50-fault'"),
        Fault(
            testDescription: "is killed", hook: "install.d/50-fault",
            script: "echo the last words; kill -9 $$", message: "ended by signal 9 (SIGKILL)",
            place: "element 'faulty', phase install, hook '50-fault'"),
        Fault(
            testDescription: "is no program", hook: "post-install.d/50-fault",
            script: "echo the last words; exec /nonexistent", message: "exit status 127",
            place: "element 'faulty', phase post-install, hook '50-fault'"),
    ]

    @Test(arguments: faults)
    func aHookThatGoesWrongEndsTheBuildWithItsName(fault: Fault) throws {
        try TemporaryFolder.with("fault") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("faulty", [fault.hook: fault.script])
            let outcome = try EventStream.run(
                build.command(["tiny-os", "faulty"], options: ["-n"]))
            #expect(outcome.status == .exited(1))
            let text = outcome.lines.joined(separator: "\n")
            #expect(text.contains(fault.message), "\(text)")
            #expect(text.contains(fault.place), "\(text)")
            #expect(text.contains("the last words"), "\(text)")
            try expectNothingLeft(of: build)
        }
    }

    @Test(arguments: [
        ("null", "signal 11 (SIGSEGV)"), ("abort", "signal 6 (SIGABRT)"), ("trap", "signal "),
        ("exit0", "ended without saying that it was done"), ("error", "the firmware 'mode'"),
        ("hang", "the hook did not end within 2"), ("memory", "signal "),
        ("frames", "disturbed its worker's messages"),
    ])
    func aPluginThatGoesWrongEndsTheBuildWithItsName(mode: String, message: String) throws {
        try TemporaryFolder.with("plugin") { folder in
            let build = try TestBuild(in: folder)
            try BuiltProducts.copyPlugin("Misbehaving", to: build.plugins)
            let outcome = try EventStream.run(
                build.command(
                    ["tiny-os", "misbehaving"],
                    options: [
                        "-n", "--set", "misbehaving.mode=\(mode)",
                        "--set", "misbehaving.deadline=2",
                    ]))
            #expect(outcome.status == .exited(1))
            let text = outcome.lines.joined(separator: "\n")
            #expect(text.contains(message), "\(text)")
            #expect(text.contains("element 'misbehaving', phase install"), "\(text)")
            try expectNothingLeft(of: build)
        }
    }

    @Test func aPluginWhoseManifestLiesEndsTheBuild() throws {
        try TemporaryFolder.with("liar") { folder in
            let build = try TestBuild(in: folder)
            try BuiltProducts.copyPlugin("Liar", to: build.plugins)
            let outcome = try EventStream.run(
                build.command(["tiny-os", "liar"], options: ["-n"]))
            #expect(outcome.status == .exited(1), "\(outcome.lines)")
            #expect(outcome.lines.joined().contains("manifest"), "\(outcome.lines)")
            try expectNothingLeft(of: build)
        }
    }

    @Test func aHookThatFillsTheDiskEndsTheBuild() throws {
        try TemporaryFolder.with("full") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "filler", ["install.d/50-fill": "cat /dev/zero >/var/zeros"])
            // A scratch folder of 64 MiB, in a mount namespace of its own.
            let plain = build.command(
                ["tiny-os", "filler"], options: ["-n", "--no-tmpfs"])
            let script = "mount -t tmpfs -o size=64m none \"$TMP_DIR\" && exec \"$0\" \"$@\""
            let command = Command(
                "unshare",
                ["--mount", "sh", "-c", script, plain.program] + plain.arguments,
                environment: plain.environment)
            let result = try command.capture()
            #expect(result.status == .exited(1))
            let text = result.errorLines.joined(separator: "\n")
            #expect(text.contains("No space left on device"), "\(text)")
            #expect(text.contains("element 'filler'"), "\(text)")
            try expectNothingLeft(of: build)
        }
    }

    /// The hook goes on once the daemon runs the program that it is named after.
    private static let daemon =
        ">/dev/null 2>&1 & until [ \"$(cat /proc/$!/comm)\" = sleep ]; do :; done"

    @Test(arguments: ["install.d", "extra-data.d"])
    func aDaemonThatAHookLeavesIsEndedAndNamed(phase: String) throws {
        try TemporaryFolder.with("daemon") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "leaver",
                ["\(phase)/50-leave": "setsid sleep 1000 </dev/null \(Self.daemon)"])
            let outcome = try EventStream.run(
                build.command(["tiny-os", "leaver"], options: ["-n"]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let warnings = outcome.events.compactMap { event in
                if case .message(.warning, let text) = event { text } else { nil }
            }
            #expect(
                warnings.contains { $0.contains("50-leave") && $0.contains("sleep") },
                "\(warnings)")
            #expect(try build.outputs() == ["image.raw"])
            #expect(try build.leftovers() == [])
        }
    }

    @Test func aDaemonIsAnErrorWhenTheBuildIsStrict() throws {
        try TemporaryFolder.with("daemon") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "leaver", ["install.d/50-leave": "setsid sleep 1000 \(Self.daemon)"])
            let outcome = try EventStream.run(
                build.command(["tiny-os", "leaver"], options: ["-n", "--strict"]))
            #expect(outcome.status == .exited(1))
            #expect(outcome.lines.joined().contains("sleep"))
            try expectNothingLeft(of: build)
        }
    }

    private func expectNothingLeft(of build: TestBuild) throws {
        #expect(try build.outputs() == [])
        #expect(try build.leftovers() == [])
        #expect(try FolderListing.entries(of: build.scratch) == [])
    }
}
