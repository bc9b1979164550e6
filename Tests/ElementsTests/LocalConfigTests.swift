// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private let phases: [Phase] = [.extraData, .preInstall, .install, .finalise]

/// A run of the real plugin; `parameters` are laid over the manifest's defaults.
private func localConfig(_ phase: Phase, _ parameters: [String: String] = [:]) -> WorkerRun {
    var run = WorkerRun("LocalConfig", phase, of: phases, element: "local-config")
    run.parameters = [
        "username": "root", "authorized-keys": "true", "public-keys": "false",
        "agent-keys": "false", "keep-proxy": "true",
    ].merging(parameters) { _, own in own }
    return run
}

/// A user whose home folder is `home`; root can be any user.
private func user(_ id: UInt32, home: FilePath) -> UserAccount {
    UserAccount(name: "ann", id: id, group: id, groups: [id], home: home.string)
}

/// A new key's public line.
private func makeKey(_ path: FilePath, comment: String) throws -> String {
    try Command(
        "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path.string]
    ).checkedOutput()
    let line = try TextFile.read(FilePath(path.string + ".pub"))
    return String(line.prefix { $0 != "\n" })
}

private func install(
    _ keys: [String], for name: String = "root", on tree: FilePath
) throws -> WorkerRun.Outcome {
    var run = localConfig(.install, ["username": name])
    run.values = ["keys": keys.joined(separator: "\n")]
    return try run.run(on: tree)
}

private func state(_ path: FilePath) throws -> String {
    try Command("stat", ["--format=%a %u:%g %F", path.string]).checkedOutput()
}

@Test func authorizedKeysAreReadWithoutCommentsAndDoubles() throws {
    try TemporaryFolder.with("home") { home in
        let key = try makeKey(home.appending("key"), comment: "ann@work")
        let body = key.split(separator: " ").prefix(2).joined(separator: " ")
        let text = "# my keys\n\n\(key)\ncommand=\"echo a b\" \(body) again\nnot a key\n"
        try TextFile.write(text, to: home.appending(".ssh/authorized_keys"))
        var run = localConfig(.extraData)
        run.user = user(0, home: home)
        let outcome = try run.run(on: nil)
        #expect(outcome.error == nil)
        #expect(outcome.published == ["keys": key])
    }
}

@Test func aUserWithoutKeysIsNoError() throws {
    try TemporaryFolder.with("home") { home in
        var run = localConfig(.extraData)
        run.user = user(0, home: home)
        let outcome = try run.run(on: nil)
        #expect(outcome.error == nil)
        #expect(outcome.published.isEmpty)
        #expect(outcome.events == [.log(.info, "no ssh keys to bring into the image")])
    }
}

@Test func aFileThatTheUserMayNotReadIsNotRead() throws {
    try TemporaryFolder.with("home") { home in
        let file = home.appending(".ssh/authorized_keys")
        try TextFile.write("secret of root\n", to: file, permissions: .ownerReadWrite)
        try Command("chmod", ["-R", "a+X", home.string]).checkedOutput()
        var run = localConfig(.extraData)
        run.user = user(65534, home: home)
        let error = try #require(try run.run(on: nil).error)
        #expect(
            error.message
                == "cannot read '~/.ssh/authorized_keys' as the user: Permission denied")
    }
}

@Test func publicKeyFilesAndTheAgentAreReadOnRequest() throws {
    try TemporaryFolder.with("home") { home in
        try Command("mkdir", [home.appending(".ssh").string]).checkedOutput()
        let file = try makeKey(home.appending(".ssh/id_ed25519"), comment: "file")
        let inAgent = try makeKey(home.appending("agent-key"), comment: "agent")
        let socket = home.appending("agent").string
        let started = try Command("ssh-agent", ["-a", socket]).checkedOutput()
        let number = started.split(separator: ";").first { $0.contains("SSH_AGENT_PID=") }
        let process = try #require(number?.split(separator: "=").last.map(String.init))
        let environment = ["PATH": "/usr/bin:/bin", "SSH_AUTH_SOCK": socket]
        let outcome = Result {
            try Command(
                "ssh-add", ["-q", home.appending("agent-key").string], environment: environment
            ).checkedOutput()
            var run = localConfig(.extraData, ["public-keys": "true", "agent-keys": "true"])
            run.user = user(0, home: home)
            run.values = ["user.home": home.string]
            run.environment = environment
            return try run.run(on: nil)
        }
        try Command("kill", [process]).checkedOutput()
        #expect(try outcome.get().error == nil)
        #expect(try outcome.get().published == ["keys": file + "\n" + inAgent])
    }
}

@Test(arguments: [("root", "root", "0:0"), ("stack", "home/stack", "1000:1001")])
func keysGetTheOwnerAndModesThatSshdAsksFor(name: String, home: String, owner: String) throws {
    try ScratchTree.with { tree in
        let key = try makeKey(tree.appending("tmp/key"), comment: "a")
        let outcome = try install([key], for: name, on: tree)
        #expect(outcome.error == nil)
        let folder = tree.appending("\(home)/.ssh")
        let file = folder.appending("authorized_keys")
        #expect(try TextFile.read(file) == key + "\n")
        #expect(try state(folder) == "700 \(owner) directory\n")
        #expect(try state(file) == "600 \(owner) regular file\n")
    }
}

@Test func aSecondRunAddsNothingAndOthersKeysStay() throws {
    try ScratchTree.with { tree in
        let file = tree.appending("root/.ssh/authorized_keys")
        let other = try makeKey(tree.appending("tmp/other"), comment: "other")
        let key = try makeKey(tree.appending("tmp/key"), comment: "a")
        try TextFile.write("no-pty \(other)", to: file)
        for _ in 1...2 {
            #expect(try install([key, other], on: tree).error == nil)
            #expect(try TextFile.read(file) == "no-pty \(other)\n\(key)\n")
            #expect(try state(file) == "600 0:0 regular file\n")
        }
    }
}

@Test(arguments: [
    (["/etc", "root/.ssh"], "'/root/.ssh' in the image is no regular folder"),
    (
        ["/etc/passwd", "root/.ssh/authorized_keys"],
        "'/root/.ssh/authorized_keys' in the image is no regular file"
    ),
])
func aLinkInTheKeysPlaceIsRefused(link: [String], message: String) throws {
    try ScratchTree.with { tree in
        let place = tree.appending(link[1])
        try Command("mkdir", ["-p", place.removingLastComponent().string]).checkedOutput()
        try Command("ln", ["-s", link[0], place.string]).checkedOutput()
        let before = try TextFile.read(tree.appending("etc/passwd"))
        let key = try makeKey(tree.appending("tmp/key"), comment: "a")
        let outcome = try install([key], on: tree)
        #expect(outcome.error?.message == "cannot add ssh keys: \(message)")
        #expect(try TextFile.read(tree.appending("etc/passwd")) == before)
        #expect(try !Command("ls", [tree.appending("etc").string]).checkedOutput().contains("auth"))
    }
}

@Test func anUnknownUserIsAnErrorWithAHint() throws {
    try ScratchTree.with { tree in
        let error = try #require(try install(["x"], for: "nobody-here", on: tree).error)
        #expect(
            error.message == "the image has no user 'nobody-here' who could get the ssh keys")
        #expect(
            error.hint
                == "Add an element that creates the user, or set local-config.username.")
    }
}
