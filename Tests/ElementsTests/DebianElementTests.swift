// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private let phases: [Phase] = [.root, .postInstall, .postRoot, .finalise, .cleanup]
private let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

private func debian(
    _ phase: Phase, _ parameters: [String: String] = [:], values: [String: String] = [:],
    on tree: FilePath, scratch: FilePath
) throws -> WorkerRun.Outcome {
    var run = WorkerRun("Debian", phase, of: phases)
    let defaults = [
        "release": "bookworm", "components": "main", "keyring": keyring, "locale": "C.UTF-8",
        "dhcp": "true", "cache": "true", "retries": "0",
    ]
    run.parameters = defaults.merging(parameters) { $1 }
    let architecture = try Command("dpkg", ["--print-architecture"]).checkedOutput()
    let known = [
        "build.architecture": String(architecture.prefix { $0 != "\n" }),
        "build.packages": "netbase", "cache.folder": scratch.appending("cache").string,
        "scratch.folder": scratch.string, "target.root": tree.string, "user.id": "0",
        "user.group": "0",
    ]
    run.values = known.merging(values) { $1 }
    run.privileges = [.rawHostPath, .network]
    return try run.run(on: tree)
}

/// A root phase that is refused, and how.
private struct Refusal: Sendable, CustomTestStringConvertible {
    var parameters: [String: String] = [:]
    var values: [String: String] = [:]
    var message: String
    var hint: String
    var testDescription: String { message }
}

private let refusals = [
    Refusal(
        parameters: ["release": "bookwurm"], message: "Debian has no release 'bookwurm'",
        hint: "Set debian.release to one of: bookworm, trixie,"),
    Refusal(
        parameters: ["release": "buster"],
        message: "the release 'buster' is older than 'bookworm'",
        hint: "Set debian.release to one of: bookworm, trixie,"),
    Refusal(
        parameters: ["keyring": "/nonexistent.gpg"],
        message: "cannot read the keyring '/nonexistent.gpg'",
        hint: "Install debian-archive-keyring, or set debian.keyring."),
    Refusal(
        values: ["build.architecture": "s390x"],
        message: "cannot run 's390x' programs on this 'amd64' build host",
        hint: "Install qemu-user-static and binfmt-support."),
    Refusal(
        parameters: ["mirror": "http://127.0.0.1:9/debian"],
        message: "cannot get 'http://127.0.0.1:9/debian/dists/bookworm/InRelease': Could not",
        hint: "Check that the mirror is up and holds the release, or set debian.mirror"),
    Refusal(
        values: ["build.offline": "true"],
        message: "the package cache does not hold all that 'debian' needs",
        hint: "Build once without --offline to fill the cache."),
]

@Test(arguments: refusals)
private func theRootPhaseSaysWhatItLacks(refusal: Refusal) throws {
    try TemporaryFolder.with { folder in
        let tree = folder.appending("tree")
        try Command("mkdir", [tree.string]).checkedOutput()
        let outcome = try debian(
            .root, refusal.parameters, values: refusal.values, on: tree, scratch: folder)
        let error = try #require(outcome.error)
        #expect(error.message.hasPrefix(refusal.message))
        #expect(error.hint?.hasPrefix(refusal.hint) == true)
    }
}

/// A tar that no build can start from, and how it is refused.
private struct BadBase: Sendable, CustomTestStringConvertible {
    /// Makes "base.tar" in the working directory.
    var script: String
    var message: String
    var hint: String
    var testDescription: String { message }
}

private let wholeTree = """
    mkdir -p tree/dev tree/etc/apt/apt.conf.d tree/etc/apt/sources.list.d tree/etc/dpkg/dpkg.cfg.d \
        tree/usr/sbin tree/var/cache/apt tree/var/lib/apt tree/var/lib/dpkg
    printf 'VERSION_CODENAME=trixie\n' >tree/etc/os-release
    """

private let badBases = [
    BadBase(
        script: ":", message: "there is no file '/base.tar'",
        hint: "Set debian.base-tar to the tar of a Debian tree."),
    BadBase(
        script: "head -c 100000 /dev/urandom >base.tar",
        message: "cannot unpack '/base.tar': tar ended with exit status 2",
        hint: "Set debian.base-tar to the tar of a Debian tree; the log holds tar's own message."),
    BadBase(
        script: "mkdir tree; touch tree/file; tar -cf base.tar -C tree .",
        message: "the tree in '/base.tar' has no folder '/dev'",
        hint: "Set debian.base-tar to the tar of a whole Debian tree."),
    BadBase(
        script:
            "\(wholeTree); rm -r tree/etc/apt; ln -s ../.. tree/etc/apt; tar -cf base.tar -C tree .",
        message: "the tree in '/base.tar' has no folder '/etc/apt'",
        hint: "Set debian.base-tar to the tar of a whole Debian tree."),
    BadBase(
        script: "\(wholeTree); tar -cf base.tar -C tree .",
        message: "the tree in '/base.tar' is of the release 'trixie', not 'bookworm'",
        hint: "Set debian.release to the tree's, or take another tree."),
]

@Test(arguments: badBases)
private func aBaseThatIsNoTreeOfTheReleaseIsRefused(base: BadBase) throws {
    try TemporaryFolder.with { folder in
        var make = Command("sh", ["-euc", base.script])
        make.workingDirectory = folder
        try make.checkedOutput()
        let target = folder.appending("target")
        try Command("mkdir", [target.string]).checkedOutput()
        let outcome = try debian(
            .root, ["base-tar": folder.appending("base.tar").string], on: target, scratch: folder)
        let error = try #require(outcome.error)
        let message = error.message.split(
            separator: folder.string, omittingEmptySubsequences: false)
        #expect(message.joined() == base.message)
        #expect(error.hint == base.hint)
    }
}

/// A release's own example of its sources, and the file's name in its package apt.
private struct Example: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var testDescription: String { name }
}

private let examples = [
    Example(
        name: "sources.list",
        text: """
            # See sources.list(5)
            deb http://own.test/debian bookworm main contrib
            deb http://own.test/debian bookworm-updates main contrib
            deb http://own.test/debian-security bookworm-security main contrib
            #deb-src http://other.test/debian bookworm main

            """),
    Example(
        name: "debian.sources",
        text: """
            ## Distribution repository
            Types: deb
            URIs: http://own.test/debian
            Suites: bookworm bookworm-updates
            Components: main contrib

            Types: deb
            URIs: http://own.test/debian-security
            Suites: bookworm-security
            Components: main contrib

            """),
]

@Test(arguments: examples)
private func theImageNamesTheMirrorsOfItsOwnAptAndNotTheBuilds(example: Example) throws {
    try TemporaryFolder.with { folder in
        let tree = folder.appending("tree")
        let documents = tree.appending("usr/share/doc/apt/examples")
        let sources = tree.appending("etc/apt/sources.list.d")
        try Command(
            "mkdir", ["-p", documents.string, sources.string, tree.appending("var/log").string]
        ).checkedOutput()
        try TextFile.write(example.text, to: documents.appending(example.name))
        try TextFile.write(
            "deb http://build.test/debian bookworm main\n",
            to: tree.appending("etc/apt/sources.list"))
        let outcome = try debian(
            .cleanup, ["components": "main,contrib"], on: tree, scratch: folder)
        #expect(outcome.error == nil)
        let files = try Command(
            "apt-get",
            [
                "--print-uris", "-oDir::Etc::SourceList=\(tree)/etc/apt/sources.list",
                "-oDir::Etc::SourceParts=\(sources)", "update",
            ]
        ).checkedOutput().split(separator: "\n").compactMap { $0.split(separator: "'").first }
            .filter { $0.hasSuffix("InRelease") }
        #expect(
            files.sorted() == [
                "http://own.test/debian-security/dists/bookworm-security/InRelease",
                "http://own.test/debian/dists/bookworm-updates/InRelease",
                "http://own.test/debian/dists/bookworm/InRelease",
            ])
        #expect(
            try Command("ls", [tree.appending("etc/apt").string]).checkedOutput()
                == "sources.list.d\n")
    }
}

@Test func downloadedPackagesMoveToTheCache() throws {
    try TemporaryFolder.with { folder in
        let tree = folder.appending("tree")
        let archives = tree.appending("var/cache/apt/archives")
        let lists = tree.appending("var/lib/apt/lists")
        try Command("mkdir", ["-p", archives.string, lists.string]).checkedOutput()
        try TextFile.write("package\n", to: archives.appending("one_1_all.deb"))
        try TextFile.write("index\n", to: lists.appending("a_Packages"))
        let values = ["build.architecture": "amd64"]
        let outcome = try debian(.postRoot, values: values, on: tree, scratch: folder)
        #expect(outcome.error == nil)
        let cache = folder.appending("cache/debian/bookworm-amd64")
        #expect(
            try Command("ls", [cache.appending("archives").string]).checkedOutput()
                == "one_1_all.deb\n")
        #expect(
            try Command("find", [tree.string, "-type", "f"]).checkedOutput() == "")
    }
}

@Test func packagesThatNoBuildUsedForAMonthLeaveTheCache() throws {
    try TemporaryFolder.with { folder in
        let tree = folder.appending("tree")
        let archives = tree.appending("var/cache/apt/archives")
        let cache = folder.appending("cache/debian/bookworm-amd64/archives")
        try Command("mkdir", ["-p", archives.string, cache.string]).checkedOutput()
        try TextFile.write("used\n", to: archives.appending("used_1_all.deb"))
        for name in ["used_1_all.deb", "unused_1_all.deb"] {
            try TextFile.write("used\n", to: cache.appending(name))
        }
        try Command("find", [cache.string, "-exec", "touch", "-d", "40 days ago", "{}", "+"])
            .checkedOutput()
        let values = ["build.architecture": "amd64"]
        let outcome = try debian(.postRoot, values: values, on: tree, scratch: folder)
        #expect(outcome.error == nil)
        #expect(try Command("ls", [cache.string]).checkedOutput() == "used_1_all.deb\n")
    }
}

@Test func aCacheFolderOfTheTreeThatLeadsOutOfItIsLeftAlone() throws {
    try TemporaryFolder.with { folder in
        let tree = folder.appending("tree")
        let outside = folder.appending("outside")
        try Command(
            "mkdir", ["-p", tree.appending("var/cache/apt").string, outside.string]
        ).checkedOutput()
        try TextFile.write("precious\n", to: outside.appending("one_1_all.deb"))
        try Command(
            "ln", ["-s", outside.string, tree.appending("var/cache/apt/archives").string]
        ).checkedOutput()
        let outcome = try debian(.postRoot, on: tree, scratch: folder)
        #expect(outcome.error == nil)
        #expect(try TextFile.read(outside.appending("one_1_all.deb")) == "precious\n")
        try Command("test", ["!", "-e", folder.appending("cache").string]).checkedOutput()
    }
}
