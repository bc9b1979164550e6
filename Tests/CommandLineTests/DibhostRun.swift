// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// One run of the real program in a folder of a test's own.
struct DibhostRun {
    var status: ExitStatus
    var output: String
    /// Standard error, where the test's folder is called "DIR".
    var errors: String

    init(
        _ arguments: [String], in folder: FilePath, environment: [String: String] = [:],
        as user: Command.Credentials? = nil
    ) throws {
        var program = BuiltProducts.dibhost
        if user != nil {
            // The folder of the build may be closed to other users.
            program = folder.appending("dibhost")
            try Command("cp", [BuiltProducts.dibhost.string, program.string]).checkedOutput()
        }
        var command = Command(
            program.string, arguments,
            environment: [
                "PATH": ProcessEnvironment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.string,
                "LC_ALL": "C",
            ].merging(environment) { $1 })
        command.workingDirectory = folder
        command.credentials = user
        let captured = try command.capture(limits: .init(deadline: .seconds(60)))
        status = captured.status
        output = captured.output
        errors = captured.errorLines.joined(separator: "\n")
            .replacing(folder.string, with: "DIR")
    }
}
