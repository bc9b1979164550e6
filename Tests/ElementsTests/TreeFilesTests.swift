// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private let sides: [Phase] = [.install, .postRoot]

private func scribe(_ phase: Phase, _ work: String...) -> WorkerRun {
    var run = WorkerRun("Scribe", phase, of: sides)
    run.parameters = ["work": work.joined(separator: ",")]
    return run
}

private func lines(_ outcome: WorkerRun.Outcome) -> [String] {
    outcome.events.compactMap { event in
        if case .output(let line) = event { line } else { nil }
    }
}

private func sh(_ script: String, in folder: FilePath) throws -> String {
    var command = Command("sh", ["-euc", script])
    command.workingDirectory = folder
    return try command.checkedOutput()
}

@Test(arguments: sides)
func filesAreWrittenWithOwnerAndModeFromBothSides(phase: Phase) throws {
    try ScratchTree.with(programs: []) { tree in
        let run = scribe(
            phase, "folder /opt/one/two stack", "write /opt/one/two/file stack",
            "write /opt/plain root", "append /etc/lines a", "append /etc/lines a",
            "append /etc/lines b", "link /opt/link one/two/file", "read /opt/link",
            "owner /opt/plain 7", "list /opt", "kind /opt/link", "kind /opt/none",
            "exists /opt/link", "exists /opt/one/none")
        let outcome = try run.run(on: tree)
        #expect(outcome.error == nil)
        #expect(
            lines(outcome) == [
                "true", "false", "true", "written", "link one plain", "link", "nothing", "true",
                "false",
            ])
        let found = try sh(
            "stat -c '%n %a %u:%g' opt/one opt/one/two opt/one/two/* opt/plain", in: tree)
        #expect(
            found == """
                opt/one 755 0:0
                opt/one/two 750 1000:1001
                opt/one/two/file 640 1000:1001
                opt/plain 600 7:7

                """)
        #expect(try TextFile.read(tree.appending("etc/lines")) == "a\nb\n")
    }
}

@Test(arguments: sides)
func noLinkInTheTreeLeadsOutOfIt(phase: Phase) throws {
    try ScratchTree.with(programs: []) { tree in
        let outside = tree.removingLastComponent().appending("outside")
        try TextFile.write("host\n", to: outside.appending("file"))
        _ = try sh(
            """
            mkdir -p opt .\(outside.string)
            ln -s \(outside.string) opt/absolute
            ln -s ../../../outside opt/relative
            ln -s \(outside.string)/file opt/file
            """, in: tree)
        let run = scribe(
            phase, "write /opt/absolute/new root", "write /opt/file root",
            "remove /opt/relative", "write /../../outside2 root")
        #expect(try run.run(on: tree).error == nil)
        #expect(try sh("ls; cat file", in: outside) == "file\nhost\n")
        // The absolute link was resolved below the tree, the link to a file was replaced.
        #expect(try TextFile.read(tree.appending(outside.string + "/new")) == "written\n")
        #expect(try sh("stat -c %F opt/file", in: tree) == "regular file\n")
        #expect(try sh("ls opt", in: tree) == "absolute\nfile\n")
        #expect(try TextFile.read(tree.appending("outside2")) == "written\n")
        let read = try scribe(phase, "read /opt/absolute/file").run(on: tree)
        #expect(
            read.error?.message
                == "cannot read '/opt/absolute/file' in the target tree: No such file or directory")
    }
}

/// A bind mount has the device number of the file system that its folder lies on.
@Test(arguments: ["-t tmpfs tmpfs", "--bind keep"])
func removingAFolderFollowsNoLinkAndCrossesNoMount(mount: String) throws {
    try ScratchTree.with(programs: []) { tree in
        _ = try sh(
            "mkdir -p a/b/c keep m/in; : > a/b/f; : > keep/f; ln -s /keep a/b/link", in: tree)
        #expect(try scribe(.postRoot, "remove /a", "remove /a").run(on: tree).error == nil)
        #expect(try sh("ls -d a* keep/f || true", in: tree) == "keep/f\n")
        _ = try sh("mount \(mount) m/in; : > m/in/f", in: tree)
        let outcome = Result { try scribe(.postRoot, "remove /m").run(on: tree) }
        let left = Result { try sh("ls m/in", in: tree) }
        _ = try sh("umount m/in", in: tree)
        #expect(try left.get() == "f\n")
        #expect(
            try outcome.get().error?.message
                == "cannot remove '/m/in' in the target tree: Device or resource busy")
    }
}

@Test(arguments: [
    (
        "write /opt/none/file root",
        "cannot write '/opt/none/file' in the target tree: No such file or directory"
    ),
    ("write / root", "cannot write '/' in the target tree: Invalid argument"),
    ("write /etc/.. root", "cannot write '/etc/..' in the target tree: Invalid argument"),
    ("write /etc/file nobody-here", "the target tree has no user 'nobody-here'"),
    (
        "owner /etc/link root",
        "cannot change '/etc/link' in the target tree: Too many levels of symbolic links"
    ),
    ("list /etc/passwd", "cannot list '/etc/passwd' in the target tree: Not a directory"),
])
func aFileErrorNamesThePathAndTheReason(work: String, message: String) throws {
    try ScratchTree.with(programs: []) { tree in
        _ = try sh("ln -s passwd etc/link", in: tree)
        let error = try #require(try scribe(.postRoot, work).run(on: tree).error)
        #expect(error.message == message)
    }
}

@Test(arguments: ["mknod etc/odd c 1 5", "mkfifo etc/odd", "mkdir etc/odd"])
func whatMightNeverEndIsNotReadAsAFile(made: String) throws {
    try ScratchTree.with(programs: []) { tree in
        _ = try sh(made, in: tree)
        let error = try #require(try scribe(.postRoot, "read /etc/odd").run(on: tree).error)
        #expect(
            error.message == "cannot read '/etc/odd' in the target tree: it is no regular file")
    }
}

@Test func onTheBuildHostProgramsRunAsRootOrAsTheUser() throws {
    try ScratchTree.with(programs: []) { tree in
        var run = scribe(.postRoot, "user", "input", "status", "environment")
        run.environment = ["PATH": "/usr/bin:/bin", "GIVEN": "1"]
        run.user = UserAccount(name: "nobody", id: 65534, group: 65534, groups: [65534], home: "/x")
        let outcome = try run.run(on: tree)
        #expect(outcome.error == nil)
        #expect(
            lines(outcome) == [
                "nobody", "given", "exit status 4", "ADDED=yes", "GIVEN=1", "PATH=/usr/bin:/bin",
            ])
        let error = try #require(try scribe(.postRoot, "missing").run(on: tree).error)
        #expect(error.message == "cannot run 'no-such-program-anywhere': No such file or directory")
    }
}

@Test func whatAHookAndItsProgramsPrintStaysInOrder() throws {
    let outcome = try scribe(.postRoot, "order").run(on: nil)
    #expect(lines(outcome) == ["first", "second", "third"])
}

@Test func theTreesPathIsForThoseWhoDeclaredIt() throws {
    try ScratchTree.with(programs: []) { tree in
        var run = scribe(.postRoot, "tree-path")
        run.values = ["target.root": tree.string]
        let error = try #require(try run.run(on: tree).error)
        #expect(
            error.message == "the element did not declare that it needs the path of the target tree"
        )
        run.privileges = [.rawHostPath]
        #expect(lines(try run.run(on: tree)) == [tree.string])
    }
}
