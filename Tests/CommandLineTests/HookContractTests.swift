// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// A probe element with a hook in every phase, compared with the contract, row by row: in a build that a shell element
/// leads, and in one that a native element leads.
struct HookContractTests {
    /// The caller's environment for both builds.
    private static let variables = [
        "DIB_PROBE": "a \"b\" $c", "ORDINARY": "two  words", "VIRTUAL_ENV": "/nowhere",
        "no_proxy": "example.org",
    ]

    private func check(
        _ build: TestBuild, _ command: Command, elements: [String]
    ) throws {
        var command = command
        command.environment?.merge(Self.variables) { $1 }
        command.environment?["TMPDIR"] = build.scratch.string
        let environment = command.environment ?? [:]
        let outcome = try EventStream.run(command)
        try #require(outcome.status == .exited(0), "\(outcome.lines.suffix(20))")
        let probes = HookProbe.read(outcome)
        #expect(Set(probes.keys) == Set(HookProbe.outside + HookProbe.inside))
        let architecture = try Command("dpkg", ["--print-architecture"]).checkedOutput()
        let call = HookContract.Call(
            folder: build.folder.string, path: environment["PATH"] ?? "",
            home: environment["HOME"] ?? "", imageName: build.output.appending("image").string,
            elements: elements,
            elementFolders: [
                build.elements, BuiltProducts.fixtureElements, BuiltProducts.legacyElements,
            ].map(\.string),
            cache: environment["DIB_IMAGE_CACHE"] ?? "",
            architecture: architecture.split(separator: "\n").joined())
        for row in HookContract.surroundings + HookContract.sides + HookContract.variables {
            for phase in row.phases {
                guard let probe = probes[phase] else { continue }
                let problem = row.problem(probe, call)
                #expect(problem == nil, "\(row) in \(phase.rawValue)")
            }
        }
        #expect(try build.leftovers() == [])
    }

    @Test func `a build that a shell element leads keeps the contract`() throws {
        try TemporaryFolder.with("contract") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("probe", HookProbe.element)
            try check(
                build, build.command(["tiny-os", "probe"], options: ["-n"]),
                elements: ["tiny-os", "probe"])
        }
    }

    @Test func `a build that a native element leads keeps the contract`() throws {
        try TemporaryFolder.with("contract") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("probe", HookProbe.element)
            try check(
                build, try build.debianCommand(["probe"]), elements: ["debian", "base", "probe"])
        }
    }
}
