// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

private func plan(
    in folder: FilePath, user: UInt32 = 0, output: String = "a.tar", format: OutputFormat = .tar,
    tools: [String: String] = [:]
) -> BuildPlan {
    var request = BuildRequest(
        elements: ["os"],
        user: .init(name: "ann", id: user, group: user, groups: [user], home: "/"))
    request.scratchFolder = folder.string
    let manifest = ElementManifest(
        schema: 1, name: "os", version: "1", summary: "s", abi: 1, tools: tools)
    let element = ElementDescription(
        name: "os", kind: .native, path: "/os.so", manifest: manifest)
    return BuildPlan(
        version: "0", request: request,
        elements: [.init(description: element, reason: "requested")],
        layout: DiskLayout(table: .none, label: "x"),
        outputs: [.init(format: format, path: folder.appending(output).string)])
}

private func refusal(_ plan: BuildPlan) -> BuildError? {
    do {
        try Preflight(plan: plan).check()
        return nil
    } catch let error as BuildError {
        return error
    } catch {
        return BuildError(.buildFailed, "\(error)")
    }
}

@Test
private func aMachineThatHasAllPasses() throws {
    try TemporaryFolder.with("preflight") { folder in
        #expect(refusal(plan(in: folder, output: "a.qcow2", format: .qcow2)) == nil)
    }
}

@Test
private func anOutputFolderMustExistAndBeWritableForTheUser() throws {
    try TemporaryFolder.with("preflight") { folder in
        #expect(
            refusal(plan(in: folder, output: "none/a.tar"))
                == BuildError(
                    .refused, "output folder '\(folder)/none' does not exist",
                    hint: "Run 'mkdir -p \(folder)/none'."))
        try TextFile.write("", to: folder.appending("file"))
        #expect(
            refusal(plan(in: folder, output: "file/a.tar"))?.message
                == "output folder '\(folder)/file' is no folder")
        try Command("install", ["-d", folder.appending("a.tar").string]).checkedOutput()
        #expect(
            refusal(plan(in: folder))?.message == "output '\(folder)/a.tar' is a folder")
        #expect(
            refusal(plan(in: folder, user: 12345))
                == BuildError(
                    .refused, "output folder '\(folder)' is not writable for user 'ann'",
                    hint: "Choose another folder, or change the owner or mode of this one."))
    }
}

@Test
private func aMissingProgramIsNamedWithThePackageThatBringsIt() throws {
    try TemporaryFolder.with("preflight") { folder in
        let tools = ["no-such-tool": "tool-package", "another-one": "tool-package"]
        #expect(
            refusal(plan(in: folder, tools: tools))
                == BuildError(
                    .environment, "missing programs 'another-one', 'no-such-tool'",
                    hint: "Run 'apt-get install tool-package'."))
    }
}
