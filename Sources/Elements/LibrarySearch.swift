// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// Whether the libraries that a plugin needs are on this machine, asked without loading any of them.
///
/// The places are those of ld.so(8): folders that the plugin and the worker name (DT_RUNPATH), the cache of ldconfig(8)
/// and the default folders; LD_LIBRARY_PATH does not reach the worker. The answer leans towards yes: what is found in any of them counts, so that
/// only a library that is nowhere is reported; the loader has the last word.
struct LibrarySearch {
    private static let defaultFolders: [FilePath] = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]

    /// Folders for every plugin: those of the worker, and the default ones.
    let commonFolders: [FilePath]
    /// nil when there is no cache that could be read: then nothing is reported as missing.
    let cache: LoaderCache?
    private var answers: [String: Bool] = [:]

    init() {
        commonFolders = Self.workerFolders + Self.defaultFolders
        cache = LoaderCache()
    }

    /// The first library of `plugin` that is nowhere; `origin` is the folder of the plugin's file, $ORIGIN.
    mutating func firstMissing(of plugin: PluginFile, origin: FilePath) -> String? {
        guard let cache else { return nil }
        return plugin.neededLibraries.first { name in
            let runPaths = plugin.runPaths.joined(separator: ":")
            let key = "\(name)\0\(origin)\0\(runPaths)"
            if let isThere = answers[key] { return !isThere }
            let own = Self.ownPlaces(of: name, runPaths: plugin.runPaths, origin: origin)
            let common =
                name.utf8.contains(UInt8(ascii: "/"))
                ? [] : commonFolders.map { $0.appending(name) }
            let isThere =
                cache.contains(name)
                || (own + common).contains(where: Self.isFile)
            answers[key] = isThere
            return !isThere
        }
    }

    /// Where the loader looks for the library `name` because the file that needs it says so.
    static func ownPlaces(
        of name: String, runPaths: [String], origin: FilePath
    ) -> [FilePath] {
        ownPlaces(of: name, in: folders(runPaths, origin: origin), origin: origin)
    }

    /// The same for folders that the run paths were made to.
    static func ownPlaces(
        of name: String, in folders: [FilePath], origin: FilePath
    ) -> [FilePath] {
        name.utf8.contains(UInt8(ascii: "/"))
            ? Self.folders([name], origin: origin) : folders.map { $0.appending(name) }
    }

    /// The files that may be the library `name` for a file with these run paths, in the loader's order.
    func files(of name: String, _ runPaths: [String], _ origin: FilePath) -> [FilePath] {
        let own = Self.ownPlaces(of: name, runPaths: runPaths, origin: origin)
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return own.filter(Self.isFile) }
        let cached = cache?.paths(of: name).map { FilePath($0) } ?? []
        return (own + cached + commonFolders.map { $0.appending(name) }).filter(Self.isFile)
    }

    private static func isFile(_ path: FilePath) -> Bool {
        (try? path.stat())?.type == .regular
    }

    /// dibhost-worker finds its libraries in the same folders as this program.
    private static var workerFolders: [FilePath] {
        guard let program = SymbolicLink.target(of: "/proc/self/exe"),
            let file = try? FileDescriptor.open(program, .readOnly, options: .closeOnExec)
        else { return [] }
        defer { try? file.close() }
        let paths = (try? ELFFile(reading: file, isProgram: true).runPaths) ?? []
        return folders(paths, origin: program.removingLastComponent())
    }

    /// Absolute paths; the worker's working folder is "/".
    static func folders(_ paths: [String], origin: FilePath) -> [FilePath] {
        paths.map { path in
            guard path.utf8.contains(UInt8(ascii: "$")) else {
                return FilePath(path.hasPrefix("/") ? path : "/" + path)
            }
            let text = replace("${ORIGIN}", in: replace("$ORIGIN", in: path, origin), origin)
            return FilePath(text.hasPrefix("/") ? text : "/" + text)
        }
    }

    private static func replace(_ token: String, in text: String, _ origin: FilePath) -> String {
        let parts = text.split(separator: token, omittingEmptySubsequences: false)
        return parts.joined(separator: origin.string)
    }
}
