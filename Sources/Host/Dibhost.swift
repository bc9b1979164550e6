// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

@main
struct Dibhost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dibhost", abstract: "Builds operating-system images from elements.",
        subcommands: [
            Build.self, Plan.self, ElementsCommand.self, PluginCommand.self, RunPlan.self,
        ],
        defaultSubcommand: Build.self)

    static func main() { ProgramExit.run(Self.self) }
}
