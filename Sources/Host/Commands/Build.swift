// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Builder
import Diagnostics
import Planning

/// `dibhost [build]`: builds an image.
struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build an image from elements.",
        discussion: """
            Elements are looked up in the plugin folders (--plugin-dir) and the element folders \
            (--elements-path). Everything that can be refused is refused before the first side effect.
            """)

    @OptionGroup var options: BuildOptions

    @Option(
        name: .long,
        help: """
            Also write the build's events to FILE, one JSON object a line. Who reads along has a quarter of a \
            second to stop the build after the event that announces the renaming of outputs.
            """,
        completion: .file())
    var events: String?

    func run() throws {
        try Self.run(options.plan(), events: events)
    }

    /// Runs a plan, and shows how it goes.
    static func run(_ plan: BuildPlan, events: String?) throws {
        try Preflight(plan: plan).check()
        let log = try BuildLog(
            path: plan.request.logFile ?? BuildLog.defaultPath(for: plan.request),
            owner: plan.request.user)
        let stream = try events.map {
            try EventStreamFile(path: $0, owner: plan.request.user)
        }
        let reporter = TerminalReporter(showsOutput: plan.request.traceLevel > 0)
        try BuildFront(plan: plan, reporter: reporter, log: log, stream: stream).run()
    }
}
