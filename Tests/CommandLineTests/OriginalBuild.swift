// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// Builds of a test's own shell elements under one of the original's names.
struct OriginalBuild {
    let build: TestBuild
    private let environment: [String: String]

    init(in folder: FilePath) throws {
        build = try TestBuild(in: folder)
        for name in [
            "disk-image-create", "ramdisk-image-create", "diskimage-builder", "element-info",
        ] {
            try Command(
                "ln", ["-s", BuiltProducts.dibhost.string, folder.appending(name).string]
            ).checkedOutput()
        }
        environment = [
            "PATH": ProcessEnvironment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.string,
            "TMP_DIR": build.scratch.string,
            "ELEMENTS_PATH": "\(build.elements):\(BuiltProducts.fixtureElements)",
        ]
    }

    /// Runs a program in the test's folder; a variable that is set to nothing is left out.
    func run(
        _ program: String = "disk-image-create", _ arguments: String...,
        environment: [String: String] = [:], deadline: Duration = .seconds(120)
    ) throws -> Command.Captured {
        try run(
            program, words: arguments.flatMap { $0.split(separator: " ").map(String.init) },
            environment: environment, deadline: deadline)
    }

    /// The same with arguments that may have blanks in them.
    func run(
        _ program: String, words: [String], environment: [String: String] = [:],
        deadline: Duration = .seconds(120)
    ) throws -> Command.Captured {
        let variables = self.environment.merging(environment) { $1 }.filter { !$0.value.isEmpty }
        var command = Command(
            build.folder.appending(program).string, words, environment: variables)
        command.workingDirectory = build.folder
        return try command.capture(limits: .init(deadline: deadline))
    }

    func text(_ name: String) throws -> String { try TextFile.read(build.folder.appending(name)) }
}
