// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `dibhost plugin`: for those who write or ship plugins.
struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Looks into plugin files.",
        subcommands: [PluginInspect.self, PluginCheckCommand.self])
}
