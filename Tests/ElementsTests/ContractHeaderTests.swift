// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// dib_element.h is taken by each compiler without a warning, has the layout that is written down, and says
/// everything of each call.
@Suite struct ContractHeaderTests {
    private static let include = BuiltProducts.repository.appending("Sources/CElement/include")

    @Test(arguments: [
        ["gcc", "-std=c11"], ["gcc", "-std=c2x"], ["g++", "-x", "c++", "-std=c++17"],
        ["clang", "-std=c11"], ["clang", "-std=c23"], ["clang++", "-x", "c++", "-std=c++17"],
    ])
    func theHeaderAndItsLayoutCompileWithoutAWarning(compiler: [String]) throws {
        let layout = BuiltProducts.repository.appending("Sources/CElement/layout.c")
        let strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
        try Command(
            compiler[0],
            compiler.dropFirst() + strict + ["-I", Self.include.string, layout.string]
        ).checkedOutput()
    }

    @Test func aFieldThatMovesDoesNotCompile() throws {
        try TemporaryFolder.with("layout") { folder in
            let header = try TextFile.read(Self.include.appending("dib_element.h"))
            let moved = header.replacing("    void *state;\n", with: "    void *news, *state;\n")
            #expect(moved != header)
            try TextFile.write(moved, to: folder.appending("dib_element.h"))
            let layout = BuiltProducts.repository.appending("Sources/CElement/layout.c")
            let captured = try Command(
                "cc", ["-fsyntax-only", "-I", folder.string, layout.string]
            ).capture()
            #expect(captured.status != .exited(0))
            #expect(captured.errorLines.contains { $0.contains("dib_host.") })
        }
    }

    @Test func theHeaderListsTheValuesOfABuild() throws {
        let text = try TextFile.read(Self.include.appending("dib_element.h"))
        let list = text.split(separator: "The values of a build").last?.prefix { $0 != "{" } ?? ""
        let names = list.matches(of: /\n\/\/   ([a-z][a-z.-]+)  +/).map { String($0.1) }
        // A descriptor is for plain C functions; the table has open_target_file.
        let known = BuildValueName.allCases.map(\.rawValue).filter { $0 != "target.fd" }
        #expect(names == known)
    }

    @Test func everyCallSaysAllThatAPluginMustKnow() throws {
        let text = try TextFile.read(Self.include.appending("dib_element.h"))
        let words = ["Phases:", "Side:", "Thread:", "Blocks:", "Cancelled:", "Unit:", "Owner:"]
        var comment: [Substring] = []
        var calls = 0
        for line in text.split(separator: "\n") {
            if line.contains("///") {
                comment.append(line)
                continue
            }
            // A field, or a type, that is a function.
            if line.contains("(*"), !line.hasPrefix("#") {
                calls += 1
                for word in words + ["Returns:"] {
                    let said = comment.contains { $0.contains(word) }
                    #expect(said, "'\(line)' does not say '\(word)'")
                }
            }
            comment = []
        }
        #expect(calls == 16)
    }
}
