// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Foundation
import LinuxSystem
import Planning
import SystemPackage

/// What the builder's side of the probe does: one workspace, one shell script, and then what its
/// name says.
enum ProbeBehaviour: String {
    /// Runs the script in the builder's namespaces.
    case script
    /// The same with /proc, /sys and /dev mounted in the tree; PREPARE runs before that.
    case chroot
    case chrootWithHostDevices
    /// Ends what the script left running.
    case leftovers
    case strictLeftovers
    /// Ends by a signal of its own after the script.
    case crash
    /// Works on disk, not in memory.
    case onDisk

    static func run(
        _ assignment: BuilderProcess.Assignment, _ events: EventSink, _ link: SupervisorLink
    ) throws -> BuildReport {
        var plan = assignment.plan
        guard let name = plan.request.environment["BEHAVIOUR"], let behaviour = Self(rawValue: name)
        else { throw BuildError(.refused, "the probe has no such behaviour") }
        if behaviour == .onDisk { plan.request.usesTmpfs = false }
        let warnings = try BuildWorkspace.with(for: plan, supervisor: assignment.supervisor) {
            workspace in
            events.message(.info, "scratch \(workspace.folder) \(workspace.place)")
            let script = Script(
                text: plan.request.environment["SCRIPT"] ?? "", tree: workspace.tree,
                events: events, interrupt: link.interrupt)
            return try behaviour.run(script)
        }
        return BuildReport(artifacts: [], timings: [], warnings: warnings, isReproducible: true)
    }

    private func run(_ script: Script) throws -> [String] {
        switch self {
        case .script, .onDisk:
            try script.run()
        case .chroot, .chrootWithHostDevices:
            try script.run(variables: ["PREPARE": "1"])
            let mounts = try ChrootMounts.attach(
                to: TreeRoot(script.tree), bindsHostDevices: self == .chrootWithHostDevices)
            try script.run()
            try mounts.detach()
        case .leftovers, .strictLeftovers:
            try script.run()
            return try LeftoverProcesses.end(
                after: .init(element: "probe", phase: "install", hook: "10-daemon"),
                isStrict: self == .strictLeftovers, events: script.events)
        case .crash:
            try script.run()
            kill(getpid(), SIGKILL)
        }
        return []
    }

    /// The script with the tree's path in TREE; its output goes to the supervisor.
    private struct Script {
        var text: String
        var tree: FilePath
        var events: EventSink
        var interrupt: FileDescriptor

        func run(variables: [String: String] = [:]) throws {
            var environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TREE": tree.string]
            environment.merge(variables) { $1 }
            let shell = Command("sh", ["-c", text], environment: environment)
            let status = try shell.run(limits: .init(interrupt: interrupt)) {
                events.send(.output(line: $0))
            }
            guard status.isSuccess else { throw shell.failure(status, lastLines: []) }
        }
    }
}
