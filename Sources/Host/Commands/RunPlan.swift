// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Glibc

/// The builder's side of a build, which dibhost-init starts as root; not for people.
struct RunPlan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-plan", abstract: "Run a plan inside the builder's namespaces.",
        shouldDisplay: false)

    func run() throws {
        let status = try BuilderProcess.run { assignment, events, link in
            try BuildRunner(
                plan: assignment.plan, events: events, link: link,
                supervisor: assignment.supervisor
            ).run()
        }
        Glibc.exit(status)
    }
}
