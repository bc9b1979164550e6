// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Glibc

/// The part of a check that runs hooks, which dibhost-init starts as root; not for people.
struct RunTrial: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-trial", abstract: "Run the hooks of one plugin in a world of their own.",
        shouldDisplay: false)

    func run() throws { Glibc.exit(try TrialProcess.run()) }
}
