// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `dibhost plugin`: for those who write or ship plugins.
struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Begins new plugins and looks into plugin files.",
        subcommands: [PluginNew.self, PluginInspect.self, PluginCheckCommand.self])
}
