// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
package import SystemPackage
internal import Wire

/// Runs hooks of native elements, each in a fresh dibhost-worker.
package struct WorkerClient: Sendable {
    /// The worker program.
    package let workerPath: FilePath

    package init(workerPath: FilePath) { self.workerPath = workerPath }

    /// Runs one hook to its end and returns what it published.
    ///
    /// - Throws: One `BuildError` for each way in which the hook, its plugin or its worker can fail, with its
    ///   location; `.interrupted` when `limits.interrupt` ended it.
    package func run(
        _ invocation: HookInvocation, onEvent: (WorkerEvent) -> Void = { _ in }
    ) throws -> [String: String] {
        let (record, status) = try execute(try workOrder(invocation), invocation, onEvent)
        if let error = record.error(status, invocation) { throw error }
        return record.published
    }

    /// Runs one hook for a check, or with the purpose `load` none at all, and tells all that was seen of it.
    ///
    /// - Throws: `BuildError` when the worker could not do its part; what the plugin does wrong is in the result.
    package func tryOut(_ invocation: HookInvocation) throws -> WorkerTrial {
        let order: WorkOrder
        do {
            order = try workOrder(invocation)
        } catch let error as BuildError {
            // An argument of a function has no value: nothing was run.
            return WorkerTrial(
                rule: .hookError, error: error, published: [:], lines: [], traces: [])
        }
        let (record, status) = try execute(order, invocation) { _ in }
        let error = record.error(status, invocation)
        if let error, record.isOwnFailure { throw error }
        return WorkerTrial(
            rule: record.brokenRule(status), error: error, published: record.published,
            layout: record.layout, lines: record.tail.lines, traces: record.traces)
    }

    private func execute(
        _ order: WorkOrder, _ invocation: HookInvocation, _ onEvent: (WorkerEvent) -> Void
    ) throws -> (WorkerRecord, ExitStatus) {
        let order = try FileDescriptor.memoryFile(holding: order.encoded)
        defer { try? order.close() }
        let pipe = try FileDescriptor.pipe()
        defer {
            try? pipe.readEnd.close()
            try? pipe.writeEnd.close()
        }
        var record = WorkerRecord()
        let command = command(
            for: invocation, order: order, frames: pipe.writeEnd)
        let status = try command.run(
            reading: pipe.readEnd, limits: invocation.limits,
            onLine: { line in
                record.tail.append(line)
                onEvent(.output(line))
            },
            onBytes: { record.take($0, onEvent) })
        return (record, status)
    }

    private func command(
        for invocation: HookInvocation, order: FileDescriptor, frames: FileDescriptor
    ) -> Command {
        // The plugin shares the worker's environment; what programs get is in the order.
        var environment = [
            "PATH": invocation.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "SWIFT_BACKTRACE": CrashReport.setting,
        ]
        environment["HOME"] = invocation.environment["HOME"]
        environment["TMPDIR"] = invocation.environment["TMPDIR"]
        var command = Command(workerPath.string, environment: environment)
        let nothing = FileDescriptor(rawValue: -1)
        command.descriptors = [order, invocation.plugin, invocation.tree ?? nothing, frames]
        command.workingDirectory = "/"
        return command
    }

    private func workOrder(_ invocation: HookInvocation) throws -> WorkOrder {
        let user = invocation.user
        let values = values(of: invocation)
        return WorkOrder(
            element: invocation.element, phase: invocation.phase.number,
            expectedPhases: invocation.expectedPhases.map(\.number),
            parameters: invocation.parameters, values: values, layout: invocation.layout,
            environment: invocation.environment, hasTree: invocation.tree != nil,
            isInChroot: invocation.phase.isInChroot && invocation.purpose != .load,
            user: .init(
                name: user.name, id: user.id, group: user.group, groups: user.groups,
                home: user.home),
            call: try invocation.function.map {
                try FunctionArguments(invocation, values).call($0)
            }, purpose: invocation.purpose.inOrder)
    }

    /// What the hook may know: paths of the build host mean nothing in the chroot, and the path of
    /// the tree is given only to those who declared that they need it.
    private func values(of invocation: HookInvocation) -> [String: String] {
        var values = invocation.values
        if invocation.phase.isInChroot {
            values["target.root"] = "/"
            for name in ["cache.folder", "scratch.folder"] { values[name] = nil }
        } else if !invocation.privileges.contains(.rawHostPath) {
            values["target.root"] = nil
        }
        return values
    }
}

extension WorkerClient {
    /// The client for the worker that was installed with this program.
    package static func installed() throws -> WorkerClient {
        WorkerClient(workerPath: try Installation.program("dibhost-worker"))
    }
}
