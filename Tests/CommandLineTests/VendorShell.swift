// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport

/// A shell as a vendor has it: `dibhost` is in PATH, and nothing of a home folder or of an earlier build is used.
struct VendorShell {
    /// Where commands run; caches of compilers lie in its folder "home".
    let folder: FilePath

    /// Runs lines of a script one after the other and returns what they print; the first that fails is an error.
    @discardableResult
    func run(_ lines: [String], environment: [String: String] = [:]) throws -> String {
        let programs = folder.appending("bin")
        try Command("mkdir", ["-p", programs.string, folder.appending("home").string])
            .checkedOutput()
        try Command(
            "ln", ["-sfn", BuiltProducts.dibhost.string, programs.appending("dibhost").string]
        ).checkedOutput()
        var variables = ProcessEnvironment.current
        for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL"] { variables[name] = nil }
        variables["HOME"] = folder.appending("home").string
        variables["PATH"] = "\(programs):\(variables["PATH"] ?? "/usr/bin:/bin")"
        variables.merge(environment) { $1 }
        var command = Command(
            "sh", ["-euc", (["exec 2>&1"] + lines).joined(separator: "\n")], environment: variables)
        command.workingDirectory = folder
        let captured = try command.capture()
        guard captured.status.isSuccess else {
            let lines = captured.output.split(separator: "\n").map(String.init)
            throw command.failure(captured.status, lastLines: lines.suffix(40))
        }
        return captured.output
    }
}
