// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import Glibc
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private func misbehave(
    _ mode: String, deadline: Duration = .seconds(60), on tree: FilePath
) throws -> WorkerRun.Outcome {
    var run = WorkerRun("Misbehaving", .install)
    run.parameters = ["mode": mode]
    run.values = ["target.root": "/somewhere/on/the/host"]
    run.deadline = deadline
    return try run.run(on: tree)
}

/// How each kind of misbehaviour is told; the place is always the same.
private struct Failure: Sendable, CustomTestStringConvertible {
    var mode: String
    var message: String
    var hint: String? = "Report this to the element's author."
    var cause: String?
    var testDescription: String { mode }
}

private let failures = [
    Failure(mode: "null", message: "the plugin crashed: signal 11 (SIGSEGV)"),
    Failure(mode: "abort", message: "the plugin crashed: signal 6 (SIGABRT)"),
    Failure(
        mode: "exit0",
        message: "the plugin ended without saying that it was done (exit status 0)",
        hint: "Report this to the element's author: a hook returns, it does not call exit."),
    Failure(
        mode: "error", message: "the firmware 'mode' is missing", hint: "Set another mode.",
        cause: "the element's error 7"),
    Failure(
        mode: "refuse", message: "mode 'refuse' is refused", hint: "Choose another mode."),
    Failure(
        mode: "program", message: "'sh -c echo almost; exit 3' failed: exit status 3", hint: nil),
    Failure(
        mode: "frames", message: "the plugin disturbed its worker's messages",
        hint:
            "Report this to the element's author; the plugin writes to a descriptor that it did not open.",
        cause: "a message says that it is 1936617326 bytes long"),
]

@Test(arguments: failures)
private func eachFailureOfAPluginHasItsOwnMessage(failure: Failure) throws {
    try ScratchTree.with { tree in
        let error = try #require(try misbehave(failure.mode, on: tree).error)
        #expect(error.code == .buildFailed)
        #expect(error.message == failure.message)
        #expect(error.hint == failure.hint)
        #expect(error.cause == failure.cause)
        #expect(
            error.location
                == .init(element: "misbehaving", phase: "install", hook: "50-misbehaving"))
    }
}

@Test(arguments: ["trap", "memory"])
func aPluginThatTrapsIsNamedWithItsSignal(mode: String) throws {
    try ScratchTree.with { tree in
        let error = try #require(try misbehave(mode, on: tree).error)
        // Which signal a trap raises is the processor's choice.
        let signals = [Int32(4), 5, 6, 11].map {
            "the plugin crashed: signal \($0) (\(SignalName.of($0)))"
        }
        #expect(signals.contains(error.message))
        #expect(error.location?.element == "misbehaving")
    }
}

@Test func aHookThatHangsIsEndedAtItsDeadline() throws {
    try ScratchTree.with { tree in
        // Without the deadline this would never return.
        let error = try #require(
            try misbehave("hang", deadline: .milliseconds(1500), on: tree).error)
        #expect(error.message == "the hook did not end within 1.5 s")
    }
}

@Test func aDaemonDoesNotKeepTheHookFromEnding() throws {
    try ScratchTree.with { tree in
        let outcome = try misbehave("daemon", deadline: .seconds(20), on: tree)
        #expect(outcome.error == nil)
        let number = try TextFile.read(tree.appending("daemon.pid")).filter(\.isNumber)
        let process = try #require(Int32(number))
        #expect(kill(process, SIGKILL) == 0)
    }
}

@Test func aHookThatFillsTheDiskFailsWithTheSystemsText() throws {
    try ScratchTree.with { tree in
        let small = tree.appending("small")
        try Command("mkdir", [small.string]).checkedOutput()
        try Command("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small.string])
            .checkedOutput()
        let outcome = Result { try misbehave("fill", on: small) }
        try Command("umount", [small.string]).checkedOutput()
        let message = try #require(try outcome.get().error?.message)
        #expect(message.hasPrefix("cannot write '/fill-"))
        #expect(message.hasSuffix("' in the target tree: No space left on device"))
    }
}

@Test func aHookThatWorksStreamsItsEventsAndPublishes() throws {
    try ScratchTree.with { tree in
        let outcome = try misbehave("ok", on: tree)
        #expect(outcome.error == nil)
        #expect(outcome.published == ["note": "first", "misbehaving.note": "/"])
        #expect(outcome.events.contains(.log(.warning, "working")))
        #expect(outcome.events.contains(.progress(done: 1, total: 2)))
        #expect(outcome.events.contains(.output("printed")))
        #expect(outcome.events.contains(.output("given back")))
        let file = tree.appending("from-the-hook").string
        #expect(
            try Command("stat", ["--format=%a %u %g %s", file]).checkedOutput() == "640 12 34 5\n")
        #expect(
            try Command("ls", ["-A", tree.string]).checkedOutput().contains("dibhost") == false)
    }
}

@Test func aPluginWhosePhasesDifferFromItsManifestIsRefused() throws {
    try ScratchTree.with { tree in
        let run = WorkerRun("Liar", .install, of: [.install, .postInstall])
        let outcome = try run.run(on: tree)
        #expect(
            outcome.error?.message
                == "the plugin's code has the phases install, finalise, its manifest install, post-install"
        )
        #expect(outcome.events.isEmpty)
    }
}

@Test func aMissingWorkerIsAnErrorOfTheEnvironment() throws {
    var run = WorkerRun("Liar", .install)
    run.worker = "/nowhere/dibhost-worker"
    let error = try #require(try run.run(on: nil).error)
    #expect(error.code == .environment)
    #expect(error.message == "cannot run '/nowhere/dibhost-worker'")
}

@Test func anInterruptEndsTheWorker() throws {
    let pipe = try FileDescriptor.pipe()
    try pipe.writeEnd.close()
    defer { #expect(throws: Never.self) { try pipe.readEnd.close() } }
    let file = BuiltProducts.folder.appending("libMisbehaving.so")
    let library = try FileDescriptor.open(file, .readOnly)
    defer { #expect(throws: Never.self) { try library.close() } }
    let user = UserAccount(name: "root", id: 0, group: 0, groups: [0], home: "/root")
    try ScratchTree.with { path in
        let tree = try FileDescriptor.open(path, .readOnly, options: .directory)
        defer { #expect(throws: Never.self) { try tree.close() } }
        var invocation = HookInvocation(
            element: "misbehaving", phase: .install, hook: "50-misbehaving", plugin: library,
            expectedPhases: [.install], environment: [:], user: user,
            limits: .init(interrupt: pipe.readEnd))
        invocation.tree = tree
        invocation.parameters = ["mode": "hang"]
        let error = #expect(throws: BuildError.self) {
            try WorkerClient(workerPath: BuiltProducts.worker).run(invocation)
        }
        #expect(error?.code == .interrupted)
    }
}
