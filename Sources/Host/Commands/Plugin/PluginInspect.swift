// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage

/// `dibhost plugin inspect`: what a plugin file says of itself, without running it.
struct PluginInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Shows what a plugin file says, without running it.")

    @Flag(help: "Write JSON.")
    var json = false

    @Argument(help: "The plugin's .so file.")
    var file: String

    private struct Inspection: Encodable {
        var element: ElementDescription
        var machine: String
        var neededLibraries: [String]
        /// nil: plain C functions do all of its work.
        var entrySymbol: String?
    }

    func run() throws {
        let user = UserAccount.invoking(environment: ProcessEnvironment.current).id
        let plugin = try ElementCatalog.inspectPlugin(FilePath(file), user: user)
        let inspection = Inspection(
            element: plugin.element, machine: plugin.machine.name,
            neededLibraries: plugin.neededLibraries,
            entrySymbol: plugin.manifest.needsTable ? "\(PluginFile.entrySymbol)" : nil)
        guard !json else {
            Terminal.write(try JSONText.of(inspection))
            return
        }
        var table = TextTable()
        table.add("machine", inspection.machine)
        table.add("entry", inspection.entrySymbol ?? "none: plain C functions do the work")
        table.add("contract", "version \(plugin.manifest.abi)")
        table.add("needs", inspection.neededLibraries.joined(separator: ", "))
        Terminal.write(
            (ElementText.lines(of: plugin.element) + table.lines).joined(separator: "\n"))
    }
}
