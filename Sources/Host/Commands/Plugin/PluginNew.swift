// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import LinuxSystem
import SystemPackage

/// `dibhost plugin new`: the folder of an element to begin with.
struct PluginNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Writes a working element to begin with.",
        discussion: "Makes the folder NAME and never touches one that exists.")

    /// The languages for which there is a template.
    enum Language: String, CaseIterable {
        case swift
        case c
    }

    @Argument(help: "The element's name: letters, digits, '-' and '_'.")
    var name: String

    @Option(
        help: ArgumentHelp("The language of its code.", valueName: "swift|c"),
        completion: .list(Language.allCases.map(\.rawValue)))
    var language = "swift"

    @Option(
        help: ArgumentHelp("The folder in which the element's folder is made.", valueName: "dir"),
        completion: .directory)
    var directory = "."

    @Option(
        help: ArgumentHelp(
            "Where the element finds ElementAPI: a checkout of dibhost, lib/dibhost/sdk of an "
                + "installation, or the address of a git repository.",
            discussion: "The default is what this dibhost was installed with, or built from.",
            valueName: "dir|address"),
        completion: .directory)
    var dibhost: String?

    func run() throws {
        let names = try PluginNames(name)
        let template = try template(names)
        let folder = FilePath(directory).appending(names.element).lexicallyNormalized()
        try NewPluginFolder.write(template.files, to: folder)
        let files = template.files.map { "    \($0.path)" }
        let commands = ["cd \(folder)"] + template.commands(names)
        Terminal.write(
            (["made '\(folder)' with"] + files + ["next:"] + commands.map { "    \($0)" })
                .joined(separator: "\n"))
    }

    private func template(_ names: PluginNames) throws -> any PluginTemplate {
        let known = Language.allCases.map(\.rawValue)
        guard let language = Language(rawValue: language) else {
            throw BuildError(
                .refused, "unknown language '\(language)'",
                hint: NearestName.of(language, in: known).map { "Did you mean '\($0)'?" }
                    ?? "Known are: \(known.joined(separator: ", ")).")
        }
        let source = try ElementAPISource.resolve(dibhost)
        switch language {
        case .swift: return try SwiftPluginTemplate(names: names, source: source)
        case .c: return try CPluginTemplate(names: names, source: source)
        }
    }
}
