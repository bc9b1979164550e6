// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics

@main
struct Dibhost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dibhost", abstract: "Builds operating-system images from elements.",
        version: ProgramVersion.text,
        subcommands: [
            Build.self, Ramdisk.self, Plan.self, AuditCommand.self, VerifyCommand.self,
            ElementsCommand.self,
            PluginCommand.self,
            Doctor.self,
            CollectScratch.self, RunPlan.self, RunTrial.self, MetadataServiceCommand.self,
        ],
        defaultSubcommand: Build.self)

    static func main() { ProgramExit.run(Self.self) }
}
