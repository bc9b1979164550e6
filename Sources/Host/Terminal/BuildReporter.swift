// SPDX-License-Identifier: Apache-2.0

import Builder

/// Shows a build while it runs.
protocol BuildReporter: AnyObject {
    /// Shows what an event tells.
    func handle(_ event: BuildEvent) throws

    /// Called about four times a second.
    func redraw()

    /// Ends with what a build has made.
    func summarize(_ report: BuildReport, elapsed: Duration)

    /// Makes room for an error message.
    func clear()
}
