// SPDX-License-Identifier: Apache-2.0

import CElement
import Glibc
import Wire

/// A plugin's shared library in this process.
///
/// It is never closed: Swift cannot unload, and the process ends soon.
struct PluginLibrary {
    let entry: dib_entry

    /// Loads the file behind the descriptor: the one that was inspected, whatever lies under its
    /// name by now.
    static func load(_ descriptor: Int32) throws -> PluginLibrary {
        let path = "/proc/self/fd/\(descriptor)"
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            var text = dlerror().map { String(cString: $0) } ?? "no reason given"
            if text.hasPrefix(path + ": ") { text.removeFirst(path.count + 2) }
            throw WorkerFailure(
                .load, text,
                hint: "Build the plugin for this system and install the libraries that it needs.")
        }
        guard let symbol = dlsym(library, DIB_ENTRY_SYMBOL) else {
            throw WorkerFailure(
                .contract, "the plugin has no function '\(DIB_ENTRY_SYMBOL)'",
                hint: "Export it with @c(\(DIB_ENTRY_SYMBOL)), or with C linkage.")
        }
        return PluginLibrary(entry: unsafeBitCast(symbol, to: dib_entry.self))
    }
}
