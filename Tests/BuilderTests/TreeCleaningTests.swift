// SPDX-License-Identifier: Apache-2.0

import Builder
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Makes a tree with a shell script and hands it on.
private func withTree(_ script: String, _ body: (TreeRoot) throws -> Void) throws {
    try TemporaryFolder.with("cleaning") { folder in
        var command = Command("sh", ["-euc", "mkdir tree; cd tree; \(script)"])
        command.workingDirectory = folder
        try command.checkedOutput()
        try body(TreeRoot(folder.appending("tree")))
    }
}

private func hostsResolver() throws -> [UInt8] { Array(try TextFile.read("/etc/resolv.conf").utf8) }

@Test
func theTreesResolverIsPutAsideAndComesBack() throws {
    try withTree("mkdir etc; echo own > etc/resolv.conf; chmod 600 etc/resolv.conf") { tree in
        try ResolverFile.install(in: tree)
        #expect(try tree.contents("/etc/resolv.conf") == hostsResolver())
        #expect(try tree.contents("/etc/resolv.conf.ORIG") == Array("own\n".utf8))
        try ResolverFile.restore(in: tree)
        #expect(try tree.contents("/etc/resolv.conf") == Array("own\n".utf8))
        #expect(try tree.entry("/etc/resolv.conf")?.mode == 0o600)
        #expect(try tree.entry("/etc/resolv.conf.ORIG") == nil)
    }
}

@Test
func aDanglingResolverLinkComesBackAsItWas() throws {
    try withTree("mkdir etc; ln -s ../run/systemd/resolve/stub etc/resolv.conf") { tree in
        try ResolverFile.install(in: tree)
        #expect(try tree.entry("/etc/resolv.conf")?.kind == .file)
        try ResolverFile.restore(in: tree)
        #expect(try tree.linkTarget("/etc/resolv.conf") == "../run/systemd/resolve/stub")
    }
}

@Test
func aTreeWithoutResolverOrWithoutEtcStaysWithout() throws {
    try withTree("mkdir etc") { tree in
        try ResolverFile.install(in: tree)
        #expect(try tree.entry("/etc/resolv.conf") != nil)
        try ResolverFile.restore(in: tree)
        #expect(try tree.entry("/etc/resolv.conf") == nil)
    }
    try withTree("true") { tree in
        try ResolverFile.install(in: tree)
        try ResolverFile.restore(in: tree)
        #expect(try tree.entry("/etc") == nil)
    }
}

@Test
func aResolverThatAHookMadeALinkStays() throws {
    try withTree("mkdir etc; echo own > etc/resolv.conf") { tree in
        try ResolverFile.install(in: tree)
        try tree.remove("/etc/resolv.conf")
        try tree.makeLink("/etc/resolv.conf", to: "/run/resolver")
        try ResolverFile.restore(in: tree)
        #expect(try tree.linkTarget("/etc/resolv.conf") == "/run/resolver")
        #expect(try tree.entry("/etc/resolv.conf.ORIG") == nil)
    }
}

@Test
func aResolverThatAHookMadeImmutableStays() throws {
    try withTree("mkdir etc; echo own > etc/resolv.conf") { tree in
        try ResolverFile.install(in: tree)
        let file = tree.path.appending("etc/resolv.conf").string
        try tree.write("hook\n".utf8, to: "/etc/resolv.conf")
        try Command("chattr", ["+i", file]).checkedOutput()
        try ResolverFile.restore(in: tree)
        #expect(try tree.contents("/etc/resolv.conf") == Array("hook\n".utf8))
        #expect(try tree.entry("/etc/resolv.conf.ORIG") == nil)
        try Command("chattr", ["-i", file]).checkedOutput()
    }
}

@Test
func aFinishedTreeKeepsItsLogFilesEmptyAndNoTemporaryFiles() throws {
    let script = """
        mkdir -p tmp/d/e var/log/apt root; echo a > tmp/d/e/a; echo b > tmp/.b; chmod 1777 tmp
        echo c > var/log/c; echo d > var/log/apt/d; chmod 640 var/log/c; echo e > root/e.log
        mkdir -p var/cache/ldconfig; echo f > var/cache/ldconfig/aux-cache; echo g > var/cache/ldconfig/g
        """
    try withTree(script) { tree in
        try TreeCleaning.clean(tree)
        #expect(try FolderListing.entries(of: tree.path.appending("tmp")) == [])
        #expect(try tree.entry("/tmp")?.mode == 0o1777)
        #expect(try tree.contents("/var/log/c") == [])
        #expect(try tree.contents("/var/log/apt/d") == [])
        #expect(try tree.entry("/var/log/c")?.mode == 0o640)
        #expect(try tree.entry("/root/e.log") == nil)
        #expect(try tree.entry("/var/cache/ldconfig/aux-cache") == nil)
        #expect(try tree.entry("/var/cache/ldconfig/g") != nil)
    }
}

@Test
func cleaningATreeWithoutTheseFoldersOrWithLinksInTheirPlaceChangesNothing() throws {
    try withTree("true") { try TreeCleaning.clean($0) }
    try withTree("mkdir keep var; echo a > keep/a; ln -s keep tmp; ln -s ../keep var/log") { tree in
        try TreeCleaning.clean(tree)
        #expect(try tree.contents("/keep/a") == Array("a\n".utf8))
    }
}
