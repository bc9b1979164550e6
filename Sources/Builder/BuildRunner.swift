// SPDX-License-Identifier: Apache-2.0

package import Planning
package import SystemPackage

/// Runs a plan from its first step to its report.
package struct BuildRunner {
    package let plan: BuildPlan
    package let events: EventSink
    /// Becomes readable, and stays so, when the build is to end.
    package let interrupt: FileDescriptor
    /// The process id of the supervisor, as its user sees it.
    package let supervisor: Int32

    package init(
        plan: BuildPlan, events: EventSink, interrupt: FileDescriptor, supervisor: Int32
    ) {
        self.plan = plan
        self.events = events
        self.interrupt = interrupt
        self.supervisor = supervisor
    }

    package func run() throws -> BuildReport {
        BuildReport(artifacts: [], timings: [], warnings: [], isReproducible: true)
    }
}
