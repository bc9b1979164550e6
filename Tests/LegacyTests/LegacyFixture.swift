// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
import SystemPackage
import TestSupport

/// Shell elements in a folder of a test's own, and the shim over them.
struct LegacyFixture {
    let folder: FilePath
    private(set) var elements: [ElementDescription] = []

    init(_ folder: FilePath) { self.folder = folder }

    /// Adds an element: the text of each script by its path, which is executable unless it is in environment.d.
    mutating func addElement(_ name: String, _ files: [String: String]) throws {
        let home = folder.appending("elements").appending(name)
        try Command("mkdir", ["-p", home.string]).checkedOutput()
        for (file, text) in files {
            let path = home.appending(file)
            if file.contains(".d/"), !file.hasPrefix("environment.d/") {
                try TextFile.writeScript("#!/bin/bash\nset -eu\n" + text + "\n", to: path)
            } else {
                try TextFile.write(text + "\n", to: path)
            }
        }
        elements.append(ElementDescription(name: name, kind: .legacy, path: home.string))
    }

    mutating func addNative(_ name: String) {
        elements.append(
            ElementDescription(
                name: name, kind: .native, path: "/plugins/\(name).so", requires: ["base"],
                provides: ["operating-system"]))
    }

    mutating func add(_ element: ElementDescription) { elements.append(element) }

    var folders: LegacyEnvironment.Folders {
        .init(
            build: folder, image: folder.appending("image"), tree: folder.appending("tree"),
            hooks: folder.appending("hooks"))
    }

    func assemble(user: Command.Credentials? = nil) throws -> HookFolder {
        try HookFolder.assemble(
            elements: elements, into: folders.hooks, with: UserFiles(user: user))
    }

    func plan(
        environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        parameters: [BuildPlan.PlannedParameter] = [], exports: [BuildPlan.Export] = []
    ) -> BuildPlan {
        var request = BuildRequest(
            elements: elements.map(\.name),
            user: .init(name: "builder", id: 1000, group: 1000, groups: [], home: "/home/builder"))
        request.environment = environment
        request.imageName = "out/name"
        return BuildPlan(
            version: "0", request: request,
            elements: elements.map { .init(description: $0, reason: "requested") },
            parameters: parameters, exports: exports,
            layout: DiskLayout(
                table: .none, label: "cloudimg-rootfs"))
    }

    func environment(_ plan: BuildPlan? = nil) -> LegacyEnvironment {
        LegacyEnvironment(
            plan: plan ?? self.plan(), folders: folders, views: folder.appending("views"))
    }

    /// Runs all hooks of a phase and returns what they printed.
    func run(_ phase: Phase, _ environment: LegacyEnvironment? = nil) throws -> [String] {
        let hooks = try HookFolder.assemble(elements: elements, into: folders.hooks)
        let environment = environment ?? self.environment()
        var lines: [String] = []
        for hook in try hooks.hooks(of: phase) {
            let command = environment.command(for: hook)
            let status = try command.run { lines.append($0) }
            if !status.isSuccess { lines.append("\(hook.name): \(status)") }
        }
        return lines
    }
}
