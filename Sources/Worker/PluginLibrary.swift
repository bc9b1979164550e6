// SPDX-License-Identifier: Apache-2.0

import CElement
import Glibc
import LinuxSystem
import SystemPackage
import Wire

/// A plugin's shared library in this process.
///
/// It is never closed: Swift cannot unload, and the process ends soon.
struct PluginLibrary {
    private let handle: UnsafeMutableRawPointer

    /// Loads the file behind the descriptor: the one that was inspected, whatever lies under its name by now.
    static func load(_ descriptor: Int32) throws -> PluginLibrary {
        let path = path(of: descriptor)
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            var text = dlerror().map { String(cString: $0) } ?? "no reason given"
            if text.hasPrefix(path + ": ") { text.removeFirst(path.count + 2) }
            throw WorkerFailure(
                .load, text,
                hint: "Build the plugin for this system and install the libraries that it needs.")
        }
        return PluginLibrary(handle: library)
    }

    /// The function that returns the plugin's table.
    func entry() throws -> dib_entry {
        guard let symbol = dlsym(handle, DIB_ENTRY_SYMBOL) else {
            throw WorkerFailure(
                .contract, "the plugin has no function '\(DIB_ENTRY_SYMBOL)'",
                hint: "Export it with @c(\(DIB_ENTRY_SYMBOL)), or with C linkage.")
        }
        return unsafeBitCast(symbol, to: dib_entry.self)
    }

    /// The address of a plain C function.
    func function(_ name: String) throws -> UnsafeMutableRawPointer {
        guard let symbol = dlsym(handle, name) else {
            throw WorkerFailure(
                .contract, "the plugin has no function '\(name)'",
                hint: "Export it with C linkage and default visibility.")
        }
        return symbol
    }

    /// The file's own path, so that $ORIGIN of its run path means its folder, if the inspected file still lies there;
    /// otherwise a path that leads to the open file.
    ///
    /// dibhost has checked that no other user can put a file there between this look and the loader's.
    private static func path(of descriptor: Int32) -> String {
        let link = FilePath("/proc/self/fd/\(descriptor)")
        do {
            guard let path = SymbolicLink.target(of: link), path.isAbsolute else {
                return link.string
            }
            let named = try path.stat(followTargetSymlink: false)
            let inspected = try FileDescriptor(rawValue: descriptor).stat()
            let isSame =
                named.deviceID == inspected.deviceID && named.inode == inspected.inode
            return isSame ? path.string : link.string
        } catch {
            return link.string
        }
    }
}
