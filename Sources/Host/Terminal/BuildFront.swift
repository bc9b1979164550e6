// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning

/// The user's side of a build: checks the machine, runs the plan, and hands what happens to log and reporter.
struct BuildFront {
    let plan: BuildPlan
    let reporter: any BuildReporter
    var log: BuildLog?
    var stream: EventStreamFile?

    /// - Throws: `BuildError`, with the log's path among its details.
    func run() throws {
        let start = ContinuousClock.now
        let modes = TerminalModes()
        var hasShell = false
        do {
            let session = try BuildSession(
                plan: plan, programs: .installed(),
                publicationPause: stream == nil ? .zero : .milliseconds(250))
            let report = try session.run(
                onEvent: { event in
                    switch event {
                    case .shellStarted: hasShell = true
                    case .shellEnded: hasShell = false
                    default: break
                    }
                    try log?.record(event)
                    try stream?.write(event)
                    try reporter.handle(event)
                }, onTick: { reporter.redraw() })
            reporter.summarize(report, elapsed: ContinuousClock.now - start)
        } catch var error as BuildError {
            // The builder was killed while its shell had the terminal.
            if hasShell { modes?.restore() }
            reporter.clear()
            if let log {
                error.detail = [error.detail, "log: \(log.path)"].compactMap(\.self)
                    .joined(separator: "\n")
            }
            throw error
        }
    }
}
