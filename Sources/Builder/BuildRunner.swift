// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
package import Planning
internal import SystemPackage

/// Runs a plan: from an empty folder to published outputs, one step after the other.
///
/// Runs in the builder, the only child of PID 1 in namespaces of its own. Nothing here undoes mounts or ends
/// processes for the case that this process dies: the kernel does (design, processes).
package struct BuildRunner {
    package let plan: BuildPlan
    package let events: EventSink
    package let link: SupervisorLink
    /// The process id of the supervisor, as its user sees it.
    package let supervisor: Int32

    package init(
        plan: BuildPlan, events: EventSink, link: SupervisorLink, supervisor: Int32
    ) {
        self.plan = plan
        self.events = events
        self.link = link
        self.supervisor = supervisor
    }

    /// Builds everything and returns what came of it.
    ///
    /// - Throws: `BuildError` for the first thing that fails; no output has its final name then.
    package func run() throws -> BuildReport {
        let steps = StepRunner(plannedSteps: plan.steps.count, events: events)
        let workspace = try steps.run(.makeWorkspace) {
            try BuildWorkspace.make(for: plan, supervisor: supervisor)
        }
        let report: BuildReport
        do {
            let build = RunningBuild(
                plan: plan, steps: steps, workspace: workspace, link: link)
            report = try run(build)
        } catch {
            // The build's own error tells more than one of cleaning up; `dibhost gc` finds what is left.
            _ = try? LeftoverProcesses.endAll()
            _ = try? workspace.remove()
            throw error
        }
        try workspace.remove()
        return report
    }

    /// The build itself.
    ///
    /// The order of the lines is the order of the build.
    private func run(_ build: RunningBuild) throws -> BuildReport {
        build.announce()
        let phases = try PhaseRunner(build: build)
        try phases.run(.check)
        try phases.run(.root)
        try build.checkRoot()

        try build.useHostResolver()
        try build.withChroot {
            for phase in [.extraData, .preInstall, .install, .postInstall, .postRoot] as [Phase] {
                try phases.run(phase)
            }
        }
        try phases.run(.ramdisk)
        try build.showUsage()
        try phases.run(.blockDevice)
        try build.writeMountTable()

        return try ImageStage.run(build) { image in
            guard let hook = try phases.firstFinishingLegacyHook(), image.hasDiskImage else {
                try finish(build, phases)
                return try image.writeOutputs(build)
            }
            build.isMountedFor = hook
            return try image.withMountedFileSystems(build, phases) { try finish(build, phases) }
        }
    }

    /// The last phases and the cleaning: on the finished tree, or on the mounted image.
    private func finish(_ build: RunningBuild, _ phases: PhaseRunner) throws {
        let last = [.preFinalise, .finalise, .cleanup] as [Phase]
        if try last.contains(where: { try phases.hasHooks(in: $0) }) {
            try build.withChroot {
                for phase in last { try phases.run(phase) }
            }
        }
        try build.cleanTree()
        try build.writeBuildRecord()
        try build.auditTree()
    }
}
