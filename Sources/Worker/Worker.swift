// SPDX-License-Identifier: Apache-2.0

import CElement
import Glibc
import LinuxSystem
import SystemPackage
import Wire

/// The one thing that this program does, from top to bottom.
enum Worker {
    static func main() -> Never {
        let frames = FrameOutput(descriptor: WorkOrder.Descriptor.frames)
        do {
            try prepareProcess()
            let order = try readOrder()
            let trace = order.purpose == .build ? nil : try ProcessTrace(frames)
            let library = try PluginLibrary.load(WorkOrder.Descriptor.plugin)
            let services = HookServices(order: order, frames: frames)
            if let call = order.call {
                try run(call, library, services, trace)
            } else if order.purpose != .load || !order.expectedPhases.isEmpty {
                try runTable(library, services, frames, trace)
            } else {
                // A library of plain C functions was only to be loaded.
                trace?.report()
            }
            frames.send(.done)
        } catch let failure as WorkerFailure {
            frames.send(.failed(failure.frame))
        } catch {
            frames.send(.failed(.init(.worker, "the worker failed: \(error)")))
        }
        finish()
    }

    /// Calls the hook of the table that the plugin's entry function returns.
    private static func runTable(
        _ library: PluginLibrary, _ services: HookServices, _ frames: FrameOutput,
        _ trace: ProcessTrace?
    ) throws {
        let order = services.order
        let host = HostTable(services)
        let table = try PluginTable(try library.entry()(host.table), element: order.element)
        guard Set(table.phases) == Set(order.expectedPhases) else {
            frames.send(.phases(table.phases))
            finish()
        }
        try table.checkHooks()
        if order.purpose == .load {
            trace?.report()
            return
        }
        if order.isInChroot { try enterTree() }
        try trace?.begin()
        defer { trace?.report() }
        try table.run(phase: order.phase, host: host.table)
    }

    /// Calls the plain C function that the manifest names.
    ///
    /// All that libffi needs is made before the chroot: it may look at its own file and at /proc.
    private static func run(
        _ call: FunctionCall, _ library: PluginLibrary, _ services: HookServices,
        _ trace: ProcessTrace?
    ) throws {
        let function = try ForeignFunction(
            call, at: try library.function(call.symbol), services)
        if services.order.isInChroot { try enterTree() }
        try trace?.begin()
        defer { trace?.report() }
        try function.run()
    }

    /// Ends without the exit handlers of the plugin, which could undo what was said; what it
    /// printed is kept.
    private static func finish() -> Never {
        fflush(nil)
        _exit(0)
    }

    /// Makes the process the same whoever called dibhost, and its descriptors its own.
    private static func prepareProcess() throws {
        ThisProcess.printByLines()
        ThisProcess.setFileModeMask(0o022)
        let own = [
            WorkOrder.Descriptor.plugin, WorkOrder.Descriptor.tree, WorkOrder.Descriptor.frames,
        ]
        for number in own { try ThisProcess.closeOnExec(FileDescriptor(rawValue: number)) }
        try ThisProcess.reportCrashesFromThisRoot()
    }

    private static func readOrder() throws -> WorkOrder {
        let file = FileDescriptor(rawValue: WorkOrder.Descriptor.order)
        do {
            let order = try WorkOrder(encoded: try file.contents())
            try file.close()
            return order
        } catch {
            throw WorkerFailure(
                .worker, "the worker was started without an order: \(error)",
                hint: "dibhost starts dibhost-worker itself; install both from the same build.")
        }
    }

    private static func enterTree() throws {
        do {
            try FileDescriptor(rawValue: WorkOrder.Descriptor.tree).becomeRootFolder()
        } catch {
            throw WorkerFailure(.worker, "the worker cannot enter the target tree: \(error)")
        }
    }
}
