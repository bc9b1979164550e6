// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// Whether the libraries that a plugin needs are on this machine, asked without loading any of them.
///
/// The places are those of ld.so(8): folders that the plugin and the worker name (DT_RUNPATH), LD_LIBRARY_PATH, the
/// cache of ldconfig(8) and the default folders. The answer leans towards yes: what is found in any of them counts, so that
/// only a library that is nowhere is reported; the loader has the last word.
struct LibrarySearch {
    private static let defaultFolders: [FilePath] = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]

    /// Folders for every plugin: those of the worker, and LD_LIBRARY_PATH.
    private let commonFolders: [FilePath]
    /// nil when there is no cache that could be read: then nothing is reported as missing.
    private let cache: LoaderCache?
    private var answers: [String: Bool] = [:]

    init() {
        let variable = ProcessEnvironment["LD_LIBRARY_PATH"] ?? ""
        commonFolders =
            variable.split(separator: ":").map { FilePath(String($0)) } + Self.workerFolders
            + Self.defaultFolders
        cache = LoaderCache()
    }

    /// The first library of `plugin` that is nowhere.
    mutating func firstMissing(of plugin: PluginFile) -> String? {
        guard let cache else { return nil }
        return plugin.neededLibraries.first { name in
            let key = name + "\0" + plugin.runPaths.joined(separator: ":")
            if let isThere = answers[key] { return !isThere }
            let isThere = cache.contains(name) || isFile(name, for: plugin)
            answers[key] = isThere
            return !isThere
        }
    }

    private func isFile(_ name: String, for plugin: PluginFile) -> Bool {
        let folders = Self.folders(plugin.runPaths, origin: plugin.path.removingLastComponent())
        let candidates =
            name.contains("/")
            ? [FilePath(name)] : (folders + commonFolders).map { $0.appending(name) }
        return candidates.contains { (try? $0.stat())?.type == .regular }
    }

    /// dibhost-worker lies beside this program and was linked like it.
    private static var workerFolders: [FilePath] {
        guard let program = SymbolicLink.target(of: "/proc/self/exe"),
            let file = try? FileDescriptor.open(program, .readOnly, options: .closeOnExec)
        else { return [] }
        defer { try? file.close() }
        let paths = (try? ELFFile(reading: file, isProgram: true).runPaths) ?? []
        return folders(paths, origin: program.removingLastComponent())
    }

    private static func folders(_ paths: [String], origin: FilePath) -> [FilePath] {
        paths.map { path in
            let parts = path.split(separator: "$ORIGIN", omittingEmptySubsequences: false)
            return FilePath(parts.joined(separator: origin.string))
        }
    }
}
