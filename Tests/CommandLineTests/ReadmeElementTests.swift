// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The elements that README.md shows build as they stand there, pass the check and do their work in an image.
@Suite struct ReadmeElementTests {
    /// What each element of README.md leaves in an image.
    private static let works = [
        "hello": ("/etc/motd", "hello\n"), "asset-tag": ("/etc/asset-tag", "none\n"),
        "network-card": ("/etc/network-card.conf", "firmware=stable\nmtu=1500\nsriov=0\n"),
    ]

    @Test func eachBlockThatLooksLikeAFileIsMarked() throws {
        let readme = try TextFile.read(BuiltProducts.repository.appending("README.md"))
        let marked = try ReadmeElements.blocks(of: readme)
        #expect(marked.count { $0.kind == .run } == Self.works.count)
        let languages = ["swift", "c", "json", "make"]
        let fences = readme.split(separator: "\n").filter { line in
            languages.contains { line == "```\($0)" }
        }
        #expect(marked.count { $0.kind == .file } == fences.count)
    }

    @Test func eachPassesTheCheck() throws {
        for library in try ReadmeElements.shared().libraries {
            let run = try DibhostRun(["plugin", "check", library.string], in: "/tmp")
            #expect(run.status == .exited(0), "\(run.output)\(run.errors)")
        }
    }

    @Test func eachDoesItsWorkInOneImage() throws {
        try TemporaryFolder.with("readme") { folder in
            let build = try TestBuild(in: folder)
            for library in try ReadmeElements.shared().libraries {
                try Command("install", ["--mode=0755", library.string, build.plugins.string])
                    .checkedOutput()
            }
            let captured = try build.command(
                ["-n", "tiny-os"] + Self.works.keys.sorted(), formats: "qcow2"
            ).capture()
            #expect(captured.status == .exited(0), "\(captured.errorLines)")
            let raw = folder.appending("image.raw").string
            try Command(
                "qemu-img",
                ["convert", "-O", "raw", build.output.appending("image.qcow2").string, raw]
            ).checkedOutput()
            for (element, (file, text)) in Self.works {
                let found = try Command("debugfs", ["-R", "cat \(file)", raw]).checkedOutput()
                #expect(found == text, "\(element)")
            }
        }
    }
}
