// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Planning

/// `dibhost plan`: what a build would do.
struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a build would do, and touches nothing.")

    @OptionGroup var options: BuildOptions

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let plan = try options.plan()
        plan.warnings.forEach(Terminal.warn)
        Terminal.write(
            json
                ? try JSONText.of(plan.withoutSecrets())
                : PlanText(plan).lines.joined(separator: "\n"))
    }
}
