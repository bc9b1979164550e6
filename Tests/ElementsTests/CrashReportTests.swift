// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// A crash that somebody planted in a fixture plugin, and the line of its source.
private struct PlantedCrash: Sendable, CustomTestStringConvertible {
    var plugin: String
    var phase: Phase
    var parameters: [String: String]
    var phases: [Phase]
    /// A part of the line that crashes, in the plugin's source.
    var code: String
    var testDescription: String { "\(plugin), \(phase.rawValue), \(code)" }

    /// "Name.swift:LINE:" of that line.
    func place() throws -> String {
        let file = "\(plugin)Element.swift"
        let source = BuiltProducts.repository.appending("Tests/FixturePlugins/\(plugin)/\(file)")
        let lines = try TextFile.read(source).split(
            separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.contains(code) })
        return "\(file):\(line + 1):"
    }

    func run(on tree: FilePath) throws -> BuildError {
        var run = WorkerRun(plugin, phase, of: phases)
        run.parameters = parameters
        run.values = ["target.root": tree.string]
        return try #require(try run.run(on: phase.isInChroot ? tree : nil).error)
    }
}

private let crashes = [
    PlantedCrash(
        plugin: "Misbehaving", phase: .install, parameters: ["mode": "null"], phases: [.install],
        code: "?.pointee = 1"),
    PlantedCrash(
        plugin: "Misbehaving", phase: .install, parameters: ["mode": "trap"], phases: [.install],
        code: "case \"trap\":"),
    PlantedCrash(
        plugin: "Misbehaving", phase: .install, parameters: ["mode": "abort"], phases: [.install],
        code: "case \"abort\":"),
    PlantedCrash(
        plugin: "Scribe", phase: .postRoot, parameters: ["work": "trap"],
        phases: [.install, .postRoot], code: "case \"trap\":"),
]

/// In the chroot there is neither a program that could make the report nor a file with symbols.
@Test(arguments: crashes)
private func aCrashIsReportedWithFileAndLine(crash: PlantedCrash) throws {
    try ScratchTree.with(programs: []) { tree in
        let error = try crash.run(on: tree)
        #expect(error.message.hasPrefix("the plugin crashed: signal "))
        #expect(error.location?.element == crash.plugin.lowercased())
        #expect(error.location?.phase == crash.phase.rawValue)
        let place = try crash.place()
        #expect(error.detail?.contains("/\(place)") == true, "\(place): \(error.detail ?? "")")
    }
}

/// A plugin in C that ends inside the C library, which keeps no frame pointers.
@Test(arguments: ["abort();", "strlen((const char *)8 + (host == 0));"])
private func aCrashInTheCLibraryIsReportedWithTheLineThatCalledIt(call: String) throws {
    let source = """
        #include "dib_element.h"
        #include <stdlib.h>
        #include <string.h>
        static const dib_host *host;
        static int32_t create(const dib_host *h, void **e, dib_error *r) { host = h; return 0; }
        static int32_t run(void *e, dib_error *r) {
            return (int32_t)(long)\(call == "abort();" ? "(abort(), 0);" : call)
        }
        static const dib_hook hooks[1] = {{sizeof(dib_hook), 4, run}};
        const dib_element *dib_element_v1(const dib_host *host) {
            static const dib_element table = {.size = sizeof(dib_element), .abi = DIB_ABI, .name = "broken",
                .create = create, .hook_count = 1, .hook_stride = sizeof(dib_hook), .hooks = hooks};
            return &table;
        }
        """
    try TemporaryFolder.with("crash") { folder in
        let file = folder.appending("broken.c")
        try TextFile.write(source, to: file)
        let include = BuiltProducts.repository.appending("Sources/CElement/include")
        let library = folder.appending("libBroken.so").string
        try Command(
            "cc",
            [
                "-shared", "-fPIC", "-g", "-O0", "-fno-builtin", "-w", "-I", include.string,
                file.string, "-o", library,
            ]
        ).checkedOutput()
        var run = WorkerRun("Broken", .install)
        run.folder = folder
        let outcome = try ScratchTree.with(programs: []) { try run.run(on: $0) }
        let error = try #require(outcome.error)
        #expect(error.message.hasPrefix("the plugin crashed: signal "))
        #expect(error.detail?.contains("broken.c:7:") == true, "\(error.detail ?? "")")
    }
}
