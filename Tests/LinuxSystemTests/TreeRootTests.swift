// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A tree inside a folder that also holds a file which the tree must never reach.
private func withTree(_ body: (TreeRoot, FilePath) throws -> Void) throws {
    try TemporaryFolder.with("tree") { folder in
        try TextFile.write("outside", to: folder.appending("outside/file"))
        let path = folder.appending("tree")
        try shell("mkdir \(path)", in: folder)
        try body(TreeRoot(path), folder)
        #expect(try TextFile.read(folder.appending("outside/file")) == "outside")
    }
}

private func shell(_ script: String, in folder: FilePath) throws {
    var command = Command("sh", ["-euc", script])
    command.workingDirectory = folder
    try command.checkedOutput()
}

@Test(arguments: ["../outside", "../../../../outside", "/outside", "loop"])
func noLinkLeadsOutOfATree(target: String) throws {
    try withTree { tree, folder in
        try shell(
            "ln -s loop tree/loop; ln -s \(target) tree/etc; ln -s /../outside/file tree/f",
            in: folder)
        #expect(try tree.contents("/f") == nil)
        #expect(throws: BuildError.self) { try tree.write("x".utf8, to: "/etc/file") }
        try tree.removeContents("/etc")
        try tree.truncateFiles(below: "/etc") { _ in true }
    }
}

@Test
func anAbsoluteLinkLeadsToTheTreesOwnFile() throws {
    try withTree { tree, folder in
        try shell("mkdir tree/real; ln -s /real tree/etc", in: folder)
        try tree.write("inside".utf8, to: "etc/file", mode: 0o640, owner: (12, 34))
        let file = folder.appending("tree/real/file")
        #expect(try TextFile.read(file) == "inside")
        let shown = try Command("stat", ["-c", "%a %u:%g", file.string]).checkedOutput()
        #expect(shown == "640 12:34\n")
        #expect(try tree.contents("/etc/file") == Array("inside".utf8))
    }
}

@Test
func writingReplacesContentAndModeAndRefusesWhatIsNoFile() throws {
    try withTree { tree, folder in
        try shell(
            "echo long content > tree/a; chmod 600 tree/a; mkfifo tree/fifo; mkdir tree/d",
            in: folder)
        try tree.write("b".utf8, to: "/a")
        #expect(try tree.contents("/a") == Array("b".utf8))
        #expect(try tree.entry("/a")?.mode == 0o644)
        #expect(throws: BuildError.self) { try tree.write("b".utf8, to: "/fifo") }
        #expect(throws: BuildError.self) { try tree.write("b".utf8, to: "/d") }
        #expect(throws: BuildError.self) { try tree.write("b".utf8, to: "/d/..") }
    }
}

@Test
func foldersLinksAndNamesAreMadeInsideTheTree() throws {
    try withTree { tree, folder in
        try shell("ln -s ../outside tree/up", in: folder)
        try tree.makeFolder("/a/b/c", mode: 0o750)
        try tree.makeLink("/a/link", to: "../../outside")
        #expect(try tree.linkTarget("/a/link") == "../../outside")
        #expect(try tree.entry("/a/link")?.kind == .symbolicLink)
        try tree.rename("/a/link", to: "/a/b/renamed")
        #expect(try tree.entry("/a/link") == nil)
        #expect(try tree.linkTarget("/a/b/renamed") == "../../outside")
        #expect(throws: BuildError.self) { try tree.makeFolder("/up/new") }
        #expect(try tree.entry("/a/b/c")?.mode == 0o750)
    }
}

@Test
func removalTakesDeepAndImmutableAndUnreadableThingsAndNoLinksTarget() throws {
    try withTree { tree, folder in
        try shell(
            """
            cd tree; mkdir -p x/imm; touch x/imm/file; ln -s ../../outside x/link; mkfifo x/fifo
            chattr +i x/imm/file; chattr +i x/imm; mkdir x/dark; touch x/dark/f; chmod 0 x/dark
            perl -e 'mkdir "x/deep"; chdir "x/deep"; for (1..3000) { mkdir "d" x 100; chdir "d" x 100 }'
            """, in: folder)
        try tree.remove("/x")
        #expect(try tree.entry("/x") == nil)
        try tree.remove("/x")
        #expect(try FolderListing.entries(of: folder.appending("tree")) == [])
    }
}

@Test
func removalNeverCrossesAMount() throws {
    try withTree { tree, folder in
        try shell("mkdir -p tree/x/disk tree/x/bound; touch tree/x/file", in: folder)
        let disk = try Mount.fileSystem("tmpfs", options: ["size=1m"])
        let target = try FileDescriptor.open(
            folder.appending("tree/x/disk"), .readOnly, options: .directory)
        try disk.attach(to: target)
        // A bind mount has the device number of the folder that holds it.
        let outside = try FileDescriptor.open(
            folder.appending("outside"), .readOnly, options: .directory)
        let bound = try Mount.copy(of: outside)
        let place = try FileDescriptor.open(
            folder.appending("tree/x/bound"), .readOnly, options: .directory)
        try bound.attach(to: place)
        for descriptor in [target, outside, place] { try descriptor.close() }
        try shell("echo kept > tree/x/disk/file", in: folder)
        let points = try MountTable.mountPoints(below: folder.appending("tree"))
        #expect(points.map { $0.lastComponent?.string } == ["disk", "bound"])

        #expect(throws: BuildError.self) { try tree.remove("/x") }
        #expect(try TextFile.read(folder.appending("tree/x/disk/file")) == "kept\n")
        #expect(try TextFile.read(folder.appending("tree/x/bound/file")) == "outside")
        #expect(try tree.entry("/x/file") == nil)

        disk.leaveInPlace()
        bound.leaveInPlace()
        #expect(try MountTable.unmountAll(below: folder.appending("tree")) == points)
        #expect(try MountTable.mountPoints(below: folder) == [])
        try tree.remove("/x")
    }
}

@Test(arguments: ["+a", "+i"])
func logsThatMayNotBeChangedAreEmptiedAndKeepTheirAttribute(attribute: String) throws {
    try withTree { tree, folder in
        try shell(
            "mkdir -p tree/var/log; echo a > tree/var/log/a; chattr \(attribute) tree/var/log/a",
            in: folder)
        try tree.truncateFiles(below: "/var/log") { _ in true }
        #expect(try tree.entry("/var/log/a")?.size == .zero)
        #expect(try tree.isImmutable("/var/log/a"))
        try tree.remove("/var")
    }
}

@Test
func logsBelowManyFoldersAreEmptied() throws {
    try withTree { tree, folder in
        let path = "tree/log/" + Array(repeating: "d", count: 1500).joined(separator: "/")
        try shell("mkdir -p \(path); echo a > \(path)/a", in: folder)
        try tree.truncateFiles(below: "/log") { _ in true }
        try shell("test -f \(path)/a; test ! -s \(path)/a", in: folder)
    }
}

@Test
func logsAreEmptiedAndFilesRemovedByName() throws {
    try withTree { tree, folder in
        try shell(
            """
            mkdir -p tree/var/log/apt tree/root/d; echo a > tree/var/log/a; echo b > tree/var/log/apt/b
            ln -s ../../../outside/file tree/var/log/l; echo c > tree/root/c.log
            echo d > tree/root/d/d.log; echo e > tree/root/e.txt
            echo f > "tree/var/log/$(printf 'not-utf-8-\\377')"
            """, in: folder)
        try tree.truncateFiles(below: "/var/log") { _ in true }
        try tree.removeFiles(below: "/root") { $0.hasSuffix(".log") }
        try tree.removeFiles(below: "/missing") { _ in true }
        #expect(try tree.entry("/var/log/a")?.size == .zero)
        #expect(try tree.entry("/var/log/apt/b")?.size == .zero)
        try shell(
            "cd tree/var/log; test -e not-utf-8-?; test ! -s not-utf-8-?", in: folder)
        #expect(try tree.entry("/root/c.log") == nil)
        #expect(try tree.entry("/root/d/d.log") == nil)
        #expect(try tree.contents("/root/e.txt") == Array("e\n".utf8))
    }
}
