// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Elements
import LinuxSystem
import SystemPackage

/// `dibhost plugin check`: what would go wrong with a plugin where it is used.
struct PluginCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Finds what would go wrong with a plugin at a customer's.",
        discussion: """
            The exit status is 0 when there is no error, else 1. With --strict a warning counts as an error.
            """)

    @Flag(help: "Write JSON.")
    var json = false

    @Flag(help: "Let warnings count as errors.")
    var strict = false

    @Argument(help: "The plugin's .so file.", completion: .file(extensions: ["so"]))
    var file: String

    func run() throws {
        let user = UserAccount.invoking(environment: ProcessEnvironment.current).id
        let check = try PluginCheck(FilePath(file), user: user)
        Terminal.write(json ? try JSONText.of(CheckText.report(check)) : CheckText.of(check))
        let failures = check.count(.error) + (strict ? check.count(.warning) : 0)
        if failures > 0 { throw ExitCode(1) }
    }
}
