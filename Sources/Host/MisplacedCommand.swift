// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Planning

/// A command's name behind an option, which makes it the name of an element to build.
enum MisplacedCommand {
    /// Refuses such a name unless there is an element of that name.
    static func refuse(_ elements: [String], in index: ElementIndex) throws {
        guard let word = elements.first, isCommand(word), try index.element(named: word) == nil
        else { return }
        var error = index.unknown(word)
        error.hint = "A command comes first: 'dibhost \(word) ...', then its options."
        throw error
    }

    private static func isCommand(_ word: String) -> Bool {
        Dibhost.configuration.subcommands.contains { command in
            let configuration = command.configuration
            return configuration.shouldDisplay
                && (configuration.commandName ?? "\(command)".lowercased()) == word
        }
    }
}
