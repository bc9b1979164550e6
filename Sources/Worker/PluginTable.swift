// SPDX-License-Identifier: Apache-2.0

import CElement
import Glibc
import Wire

/// The table that a plugin returned, checked before anything in it is used.
struct PluginTable {
    private let table: UnsafePointer<dib_element>
    /// Far more than there are phases.
    private static let mostHooks = 64

    /// Checks size, contract and name; each refusal has its own message.
    init(_ table: UnsafePointer<dib_element>?, element: String) throws {
        guard let table else {
            throw WorkerFailure(
                .contract, "the plugin refuses this version of dibhost",
                hint: "Use the version of dibhost that the plugin was built for.")
        }
        let size = table.pointee.size
        guard size >= MemoryLayout<UInt32>.size * 2 else { throw Self.tooShort(size) }
        let abi = table.pointee.abi
        guard abi == UInt32(DIB_ABI) else {
            throw WorkerFailure(
                .contract, "the plugin was built for contract \(abi), this dibhost has \(DIB_ABI)",
                hint: "Build the plugin with the dib_element.h of this dibhost.")
        }
        guard size >= MemoryLayout<dib_element>.size else { throw Self.tooShort(size) }
        if let name = table.pointee.name.map({ String(cString: $0) }), name != element {
            throw WorkerFailure(
                .contract, "the plugin calls itself '\(name)', its manifest '\(element)'",
                hint: "Give code and manifest.json the same name.")
        }
        guard table.pointee.create != nil else {
            throw WorkerFailure(.contract, "the plugin's table has no function 'create'")
        }
        try Self.checkList(table.pointee)
        self.table = table
    }

    /// Checks that the list of hooks can be walked.
    private static func checkList(_ table: dib_element) throws {
        guard table.hook_count <= mostHooks, table.hook_count == 0 || table.hooks != nil else {
            throw WorkerFailure(
                .contract, "the plugin's table says that there are \(table.hook_count) hooks",
                hint: "Set hook_count to the number of hooks, and hooks to the first.")
        }
        let needed = MemoryLayout<dib_hook>.size
        guard table.hook_count == 0 || table.hook_stride >= needed else {
            throw WorkerFailure(
                .contract,
                "the plugin's hooks are \(table.hook_stride) bytes apart, at least \(needed) are needed",
                hint: "Set hook_stride to sizeof(dib_hook).")
        }
    }

    private static func tooShort(_ size: UInt32) -> WorkerFailure {
        WorkerFailure(
            .contract,
            "the plugin's table has \(size) bytes, at least \(MemoryLayout<dib_element>.size) are needed",
            hint: "Set dib_element.size to sizeof(dib_element).")
    }

    /// The phases of the plugin's hooks, in the plugin's order.
    var phases: [UInt32] { hooks.map(\.phase) }

    private var hooks: [dib_hook] {
        guard let first = UnsafeRawPointer(table.pointee.hooks) else { return [] }
        let stride = Int(table.pointee.hook_stride)
        return (0..<Int(table.pointee.hook_count)).map {
            first.load(fromByteOffset: $0 * stride, as: dib_hook.self)
        }
    }

    /// Checks that each hook is whole and stands there once.
    func checkHooks() throws {
        for hook in hooks where hook.size < MemoryLayout<dib_hook>.size || hook.run == nil {
            throw WorkerFailure(
                .contract, "the plugin's hook for phase number \(hook.phase) has no function")
        }
        guard Set(phases).count == phases.count else {
            throw WorkerFailure(.contract, "the plugin has two hooks for one phase")
        }
    }

    /// Makes the element and runs its hook of the phase.
    func run(phase: UInt32, host: UnsafePointer<dib_host>) throws {
        guard let run = hooks.first(where: { $0.phase == phase })?.run else {
            throw WorkerFailure(.contract, "the plugin has no hook for phase number \(phase)")
        }
        var failure = dib_error()
        failure.size = UInt32(MemoryLayout<dib_error>.size)
        var object: UnsafeMutableRawPointer?
        let created = table.pointee.create(host, &object, &failure)
        guard created == 0 else { throw Self.returned(created, failure) }
        let result = run(object, &failure)
        guard result == 0 else { throw Self.returned(result, failure) }
    }

    private static func returned(_ result: Int32, _ failure: dib_error) -> WorkerFailure {
        let message = failure.message.map { String(cString: $0) }
        return WorkerFailure(
            .hook, message ?? "the plugin returned \(result) without saying why",
            hint: failure.hint.map { String(cString: $0) }, code: failure.code)
    }
}
