// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `dibhost elements`: what there is to build with.
struct ElementsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "elements", abstract: "Lists and shows elements.",
        subcommands: [ElementsList.self, ElementsShow.self])
}
