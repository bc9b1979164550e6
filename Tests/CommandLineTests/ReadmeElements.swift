// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport

/// The elements that README.md shows, taken out of it and built by its commands; once in a test run.
///
/// A comment in README.md describes the marks of the blocks. The folder stays beside the products until the next run.
struct ReadmeElements: Sendable {
    /// One marked block.
    struct Block: Sendable, Equatable {
        /// What the mark says that it is.
        enum Kind: String, CaseIterable, Sendable { case file, run }
        var kind: Kind
        /// A file, or the folder in which to run the lines.
        var path: FilePath
        var text: String
    }

    let blocks: [Block]
    /// The plugins that the commands left.
    let libraries: [FilePath]

    /// The elements; the first call builds them, and calls meanwhile wait.
    static func shared() throws -> ReadmeElements { try made.get() }

    private static let made = Result { try make() }

    private static func make() throws -> ReadmeElements {
        let folder = BuiltProducts.folder.appending("test-readme")
        try Command("rm", ["-rf", "--", folder.string]).checkedOutput()
        try Command("mkdir", ["-p", "-m", "0755", folder.string]).checkedOutput()
        try Command(
            "ln", ["-s", BuiltProducts.repository.string, folder.appending("dibhost").string]
        ).checkedOutput()
        let readme = try TextFile.read(BuiltProducts.repository.appending("README.md"))
        let blocks = try blocks(of: readme)
        for block in blocks where block.kind == .file {
            try TextFile.write(block.text, to: folder.appending(block.path.string))
        }
        var libraries: [FilePath] = []
        for block in blocks where block.kind == .run {
            let home = folder.appending(block.path.string)
            try VendorShell(folder: folder).run(["cd '\(home)'", block.text])
            libraries.append(try library(below: home))
        }
        return ReadmeElements(blocks: blocks, libraries: libraries)
    }

    /// The marked blocks in their order.
    static func blocks(of text: String) throws -> [Block] {
        var blocks: [Block] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.popFirst() {
            guard let (kind, path) = mark(line) else { continue }
            guard let fence = lines.popFirst(), fence.hasPrefix("```") else {
                throw BuildError(.buildFailed, "no block follows '\(line)' in README.md")
            }
            let body = lines.prefix { $0 != "```" }
            lines = lines.dropFirst(body.count + 1)
            blocks.append(
                Block(kind: kind, path: path, text: body.joined(separator: "\n") + "\n"))
        }
        return blocks
    }

    /// "<!-- file: hello/manifest.json -->".
    private static func mark(_ line: Substring) -> (Block.Kind, FilePath)? {
        for kind in Block.Kind.allCases {
            let start = "<!-- \(kind.rawValue): "
            if line.hasPrefix(start), line.hasSuffix(" -->") {
                return (kind, FilePath(String(line.dropFirst(start.count).dropLast(4))))
            }
        }
        return nil
    }

    private static func library(below folder: FilePath) throws -> FilePath {
        let found = try Command("find", [folder.string, "-type", "f", "-name", "*.so"])
            .checkedOutput().split(separator: "\n")
        guard found.count == 1, let library = found.first else {
            throw BuildError(
                .buildFailed, "the commands of README.md left \(found.count) plugins in '\(folder)'"
            )
        }
        return FilePath(String(library))
    }
}
