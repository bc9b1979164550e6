// SPDX-License-Identifier: Apache-2.0

/// One command of a program that uses ArgumentParser, as its `--experimental-dump-help` tells.
struct CommandHelp: Decodable {
    /// An option, a flag or a positional argument.
    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }

        var abstract: String?
        var discussion: String?
        var defaultValue: String?
        var allValues: [String]?
        var isOptional: Bool
        var isRepeating: Bool
        /// "positional", "option" or "flag".
        var kind: String
        var names: [Name]?
        var sectionTitle: String?
        var shouldDisplay: Bool
        var valueName: String?

        /// The names as they are typed: -o, --imagename.
        var spellings: [String] {
            (names ?? []).map { $0.kind == "long" ? "--\($0.name)" : "-\($0.name)" }
        }
    }

    var abstract: String?
    var discussion: String?
    var arguments: [Argument]?
    var commandName: String
    var shouldDisplay: Bool
    var subcommands: [CommandHelp]?
    var superCommands: [String]?

    /// The words that call the command: dibhost, elements, list.
    var words: [String] { (superCommands ?? []) + [commandName] }

    /// The commands below this one that people see.
    var visibleSubcommands: [CommandHelp] {
        (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    }

    /// This command and all below it.
    var tree: [CommandHelp] { [self] + visibleSubcommands.flatMap(\.tree) }
}

/// The whole of what `--experimental-dump-help` writes.
struct ProgramHelp: Decodable {
    var serializationVersion: Int
    var command: CommandHelp
}
