// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `dibhost plan`: what a build would do.
struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a build would do, and touches nothing.")

    @OptionGroup var options: BuildOptions

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        _ = try options.request()
    }
}
