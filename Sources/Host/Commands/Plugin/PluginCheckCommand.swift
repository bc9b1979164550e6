// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage

/// `dibhost plugin check`: what would go wrong with a plugin where it is used.
struct PluginCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Finds what would go wrong with a plugin at a customer's.",
        discussion: """
            Reads the file, then runs each hook once on a small scratch tree. The hooks see this machine's files, \
            but every change goes to memory and is told; they see no network. This needs root, as a build does.

            The exit status is 0 when there is no error, else 1. With --strict a warning counts as an error.
            """)

    @Flag(help: "Write JSON.")
    var json = false

    @Flag(help: "Let warnings count as errors.")
    var strict = false

    @Flag(name: .customLong("static"), help: "Read the file only, and run none of its code.")
    var readsOnly = false

    @Option(
        name: .customLong("set"),
        help: .init("Set a parameter of the plugin for the hooks.", valueName: "PARAMETER=VALUE"))
    var settings: [String] = []

    @Option(help: .init("The longest time that a hook may take.", valueName: "SECONDS"))
    var deadline = 10

    @Argument(help: "The plugin's .so file.", completion: .file(extensions: ["so"]))
    var file: String

    func validate() throws {
        guard (1...3600).contains(deadline) else {
            throw ValidationError("--deadline takes 1 to 3600 seconds")
        }
    }

    func run() throws {
        let account = UserAccount.invoking(environment: ProcessEnvironment.current)
        var check = try PluginCheck(FilePath(file), user: account.id)
        if !readsOnly { check.add(try dryRun(check, account)) }
        Terminal.write(json ? try JSONText.of(CheckText.report(check)) : CheckText.of(check))
        let failures = check.count(.error) + (strict ? check.count(.warning) : 0)
        if failures > 0 { throw ExitCode(1) }
    }

    private func dryRun(_ check: PluginCheck, _ account: UserAccount) throws -> [Finding] {
        guard let manifest = check.manifest, check.isLoadable else {
            return [
                Finding(
                    .notRun, "was not run: dibhost would not load it",
                    hint: "Mend the errors above, then check it again.")
            ]
        }
        let user = BuildRequest.InvokingUser(
            name: account.name, id: account.id, group: account.group, groups: account.groups,
            home: account.home)
        let order = TrialOrder(
            plugin: absolutePath, manifest: manifest,
            parameters: try manifest.trialValues(
                settings: try settings.map { try Self.setting($0, of: manifest) }, user: user),
            architecture: try BuildOptions.architectureName(nil), user: user, deadline: deadline)
        return try TrialSession(order: order).run()
    }

    private var absolutePath: String {
        (RealPath.of(FilePath(file)) ?? FilePath(file)).string
    }

    /// "PARAMETER=VALUE"; "ELEMENT.PARAMETER=VALUE", as a build has it, is understood as well.
    private static func setting(
        _ text: String, of manifest: ElementManifest
    ) throws -> (parameter: String, value: String) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw BuildError(
                .refused, "--set '\(text)' gives no parameter a value",
                hint: "Write --set PARAMETER=VALUE.")
        }
        var name = text[..<equals]
        if name.hasPrefix(manifest.name + ".") { name = name.dropFirst(manifest.name.count + 1) }
        return (String(name), String(text[text.index(after: equals)...]))
    }
}
