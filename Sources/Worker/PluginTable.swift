// SPDX-License-Identifier: Apache-2.0

import CElement
import Glibc
import Wire

/// The table that a plugin returned, checked before anything in it is used.
///
/// A plugin may know fewer fields than this worker, or more: what it wrote is copied as far as its size and ours
/// reach, and a field that it lacks is NULL or 0.
struct PluginTable {
    private let table: dib_element
    private let hooks: [dib_hook]
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
        // The first two fields are those of every contract.
        guard size >= MemoryLayout<UInt32>.size * 2 else { throw Self.tooShort(size) }
        let abi = table.pointee.abi
        guard abi == UInt32(DIB_ABI) else {
            throw WorkerFailure(
                .contract, "the plugin was built for contract \(abi), this dibhost has \(DIB_ABI)",
                hint: "Build the plugin with the dib_element.h of this dibhost.")
        }
        guard size >= UInt32(DIB_ELEMENT_FIRST_SIZE) else { throw Self.tooShort(size) }
        let known = Self.known(table, size: size, in: dib_element())
        if let name = known.name.map({ String(cString: $0) }), name != element {
            throw WorkerFailure(
                .contract, "the plugin calls itself '\(name)', its manifest '\(element)'",
                hint: "Give code and manifest.json the same name.")
        }
        guard known.create != nil else {
            throw WorkerFailure(.contract, "the plugin's table has no function 'create'")
        }
        self.table = known
        hooks = try Self.hooks(of: known)
    }

    /// The fields that the writer of a struct of `size` bytes and this worker both know; the rest is as in `empty`.
    private static func known<Table>(
        _ pointer: UnsafeRawPointer, size: UInt32, in empty: Table
    ) -> Table {
        var known = empty
        withUnsafeMutableBytes(of: &known) {
            $0.copyMemory(from: .init(start: pointer, count: min(Int(size), $0.count)))
        }
        return known
    }

    /// Walks the list of hooks.
    private static func hooks(of table: dib_element) throws -> [dib_hook] {
        let count = table.hook_count
        guard count > 0 else { return [] }
        guard count <= mostHooks, let first = UnsafeRawPointer(table.hooks) else {
            throw WorkerFailure(
                .contract, "the plugin's table says that there are \(count) hooks",
                hint: "Set hook_count to the number of hooks, and hooks to the first.")
        }
        let stride = table.hook_stride
        guard stride >= UInt32(DIB_HOOK_FIRST_SIZE) else {
            throw WorkerFailure(
                .contract,
                "the plugin's hooks are \(stride) bytes apart, at least \(DIB_HOOK_FIRST_SIZE) are needed",
                hint: "Set hook_stride to sizeof(dib_hook).")
        }
        return try (0..<Int(count)).map { index in
            let hook = first + index * Int(stride)
            let size = hook.loadUnaligned(as: UInt32.self)
            guard (UInt32(DIB_HOOK_FIRST_SIZE)...stride).contains(size) else {
                throw WorkerFailure(
                    .contract,
                    "hook \(index) of the plugin has \(size) bytes, \(DIB_HOOK_FIRST_SIZE) to "
                        + "\(stride) are possible",
                    hint: "Set dib_hook.size to sizeof(dib_hook).")
            }
            return known(hook, size: size, in: dib_hook())
        }
    }

    private static func tooShort(_ size: UInt32) -> WorkerFailure {
        WorkerFailure(
            .contract,
            "the plugin's table has \(size) bytes, at least \(DIB_ELEMENT_FIRST_SIZE) are needed",
            hint: "Set dib_element.size to sizeof(dib_element).")
    }

    /// The phases of the plugin's hooks, in the plugin's order.
    var phases: [UInt32] { hooks.map(\.phase) }

    /// Checks that each hook is whole and stands there once.
    func checkHooks() throws {
        for hook in hooks where hook.run == nil {
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
        let created = table.create(host, &object, &failure)
        guard created == 0 else { throw Self.returned(created, failure) }
        let result = run(object, &failure)
        // The failure's texts are the plugin's: they are copied before it may take them back.
        let thrown = result == 0 ? nil : Self.returned(result, failure)
        table.destroy?(object)
        if let thrown { throw thrown }
    }

    private static func returned(_ result: Int32, _ failure: dib_error) -> WorkerFailure {
        let message = failure.message.map { String(cString: $0) }
        return WorkerFailure(
            .hook, message ?? "the plugin returned \(result) without saying why",
            hint: failure.hint.map { String(cString: $0) }, code: failure.code)
    }
}
