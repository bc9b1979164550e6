// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Every kind of element works in one phase of one build, in the order of the numbers.
@Suite struct MixedPhaseTests {
    /// The hooks of the phase: native ones at numbers of their own, a shell hook between each two.
    private static let hooks = [
        "10-shell", "30-in_c", "40-shell", "50-scribe", "55-shell", "57-stamp", "58-shell",
        "60-element", "70-shell",
    ]

    @Test func elementsOfEveryKindInterleaveInOnePhase() throws {
        try TemporaryFolder.with("mixed") { folder in
            let build = try TestBuild(in: folder)
            // Two in Swift, the second of a package out of tree; one in C, one plain C library, one of shell hooks.
            try BuiltProducts.copyPlugin("Scribe", to: build.plugins)
            try VendorPackages.shared().install([.path, .inC], into: build.plugins)
            try addPlainLibrary(to: build)
            let shell = Self.hooks.filter { $0.hasSuffix("-shell") }
            try build.addElement(
                "shell",
                Dictionary(
                    uniqueKeysWithValues: shell.map {
                        ("install.d/\($0)", "echo \(Self.stamp($0)) >>/etc/motd")
                    }))
            let log = folder.appending("build.log")
            let captured = try build.command(
                ["-n", "tiny-os", "element", "in_c", "scribe", "shell", "stamp"], formats: "tar",
                options: ["--logfile", log.string] + settings
            ).capture()
            #expect(captured.status == .exited(0), "\(captured.errorLines)")

            let tar = build.output.appending("image.tar").string
            let motd = try Command("tar", ["-xOf", tar, "./etc/motd"]).checkedOutput()
            #expect(lines(motd) == Self.hooks.map(Self.stamp))
            let started = try lines(TextFile.read(log)).compactMap { line in
                Self.hooks.first { hook in line.hasSuffix(" \(hook)] started") }
            }
            // Scribe has a hook in a later phase too.
            #expect(started == Self.hooks + ["50-scribe"])
            #expect(try build.leftovers() == [])
        }
    }

    /// What a hook adds to the file that all of them write.
    private static func stamp(_ hook: String) -> String { "from:\(hook)" }

    private var settings: [String] {
        [
            "in_c.text=\(Self.stamp("30-in_c"))", "element.text=\(Self.stamp("60-element"))",
            // Scribe's words are separated by spaces.
            "scribe.work=append /etc/motd \(Self.stamp("50-scribe"))",
        ].flatMap { ["--set", $0] }
    }

    private func addPlainLibrary(to build: TestBuild) throws {
        let manifest = TestPlugin.manifest(
            "stamp",
            """
            "phases": {"install": {
                "order": 57, "symbol": "stamp_file", "signature": "i32(path,str,str)",
                "arguments": ["target.root", "'etc/motd'", "'\(Self.stamp("57-stamp"))'"]
            }}
            """)
        try FixtureLibrary.build(
            "stamp.c", manifest: manifest, to: build.plugins.appending("stamp.so"))
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }
}
