// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Each way to put manifest.json into a plugin is read back by dibhost and by readelf, optimised and stripped.
@Suite struct ManifestEmbeddingTests {
    /// A compiler with its language, and how the manifest gets in.
    struct Way: Sendable, CustomTestStringConvertible {
        var compiler: [String]
        var source: String
        var testDescription: String { compiler.joined(separator: " ") + ": " + source }
    }

    private static let macro = "DIB_MANIFEST(\"manifest.json\");\n"
    private static let embed = "DIB_MANIFEST_BEGIN\n#embed \"manifest.json\"\nDIB_MANIFEST_END\n"
    private static let dialects = [
        ["gcc", "-std=c11"], ["gcc", "-std=c2x"], ["g++", "-x", "c++", "-std=c++17"],
        ["clang", "-std=c11"], ["clang", "-std=c23"], ["clang++", "-x", "c++", "-std=c++17"],
    ]
    private static let ways =
        dialects.map { Way(compiler: $0, source: macro) }
        + dialects.filter { $0[0].hasPrefix("clang") }.map {
            Way(compiler: $0 + ["-Wno-c23-extensions"], source: embed)
        }
    private static let strict = [
        "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC", "-O2",
        "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections",
    ]
    private static let manifest = TestPlugin.manifest("embedded", #""vendor": "Ünïcode & Co""#)

    @Test(arguments: ways)
    func aManifestSurvivesOptimisationAndStripping(way: Way) throws {
        try TemporaryFolder.with("embedding") { folder in
            try Self.write(way.source, in: folder)
            let library = try Self.compile(way.compiler, ["-I", "src"], in: folder)
            try Self.expectManifest(in: library, folder)
            try Command("strip", [library]).checkedOutput()
            try Self.expectManifest(in: library, folder)
        }
    }

    @Test func objcopyAddsAManifestToAFinishedLibrary() throws {
        try TemporaryFolder.with("embedding") { folder in
            try Self.write("", in: folder)
            let library = try Self.compile(["gcc"], [], in: folder)
            let bare = try DibhostRun(["plugin", "inspect", library], in: folder)
            #expect(bare.errors.contains("has no section .dib.manifest"))
            let command = [
                "--add-section", ".dib.manifest=src/manifest.json",
                "--set-section-flags", ".dib.manifest=noload,readonly", library,
            ]
            try Self.run("objcopy", command, in: folder)
            try Self.expectManifest(in: library, folder)
            try Command("strip", [library]).checkedOutput()
            try Self.expectManifest(in: library, folder)
        }
    }

    @Test(arguments: ["gcc", "clang"])
    func withoutItsFolderTheManifestIsNotFound(compiler: String) throws {
        try TemporaryFolder.with("embedding") { folder in
            try Self.write(Self.macro, in: folder)
            let error = #expect(throws: (any Error).self) {
                try Self.compile([compiler], [], in: folder)
            }
            #expect("\(try #require(error))".contains("manifest.json"))
        }
    }

    @Test func twoManifestsInOneLibraryDoNotLink() throws {
        try TemporaryFolder.with("embedding") { folder in
            try Self.write(Self.macro, in: folder)
            try TextFile.write(
                "#include \"dib_element.h\"\n" + Self.macro, to: folder.appending("src/second.c"))
            let error = #expect(throws: (any Error).self) {
                try Self.compile(["gcc"], ["-I", "src", "src/second.c"], in: folder)
            }
            #expect("\(try #require(error))".contains("multiple definition of `dib_manifest'"))
        }
    }

    // MARK: Steps

    private static func write(_ embedding: String, in folder: FilePath) throws {
        let entry = """
            #include "dib_element.h"
            const dib_element *dib_element_v1(const dib_host *host) { (void)host; return 0; }

            """
        try TextFile.write(entry + embedding, to: folder.appending("src/plugin.c"))
        try TextFile.write(manifest, to: folder.appending("src/manifest.json"))
    }

    /// The path of the library that was compiled in `folder`.
    private static func compile(
        _ compiler: [String], _ more: [String], in folder: FilePath
    ) throws -> String {
        let include = BuiltProducts.repository.appending("Sources/CElement/include").string
        let library = folder.appending("embedded.so").string
        try run(
            compiler[0],
            compiler.dropFirst() + strict + ["-I", include, "src/plugin.c"] + more
                + ["-o", library],
            in: folder)
        return library
    }

    private static func run(_ program: String, _ arguments: [String], in folder: FilePath) throws {
        var command = Command(program, arguments)
        command.workingDirectory = folder
        try command.checkedOutput()
    }

    private static func expectManifest(in library: String, _ folder: FilePath) throws {
        let inspected = try DibhostRun(["plugin", "inspect", library], in: folder)
        #expect(inspected.status == .exited(0), "\(inspected.errors)")
        #expect(inspected.output.contains("embedded"))
        let section = try Command("readelf", ["-p", ".dib.manifest", library]).checkedOutput()
        #expect(section.contains(#"{"schema": 1, "name": "embedded""#), "\(section)")
    }
}
