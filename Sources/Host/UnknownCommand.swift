// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics

/// A word behind `plugin` or `elements` that is none of their commands.
enum UnknownCommand {
    /// The error for such a word; nil when the arguments have none.
    ///
    /// ArgumentParser takes the word, and all behind it, for arguments that the group does not expect.
    static func error(
        in arguments: [String], of root: any ParsableCommand.Type
    ) -> BuildError? {
        guard let first = arguments.first, let word = arguments.dropFirst().first,
            !word.hasPrefix("-"),
            let group = root.configuration.subcommands.first(where: {
                $0.configuration.commandName == first
            })
        else { return nil }
        let names = group.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard !names.isEmpty, !names.contains(word) else { return nil }
        let near = NearestName.of(word, in: names).map { "Did you mean '\($0)'? " } ?? ""
        return BuildError(
            .refused, "unknown command '\(first) \(word)'",
            hint: near + "Known are: \(names.joined(separator: ", ")).")
    }
}
