// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// Opens plugin files and decides whether they can be used; remembers what it learned about folders and libraries.
struct PluginInspector {
    private(set) var trust: FileTrust
    private lazy var libraries = LibrarySearch()
    /// Plugins of one folder are mostly linked alike: what was asked for when nothing was found wrong.
    private var safeLookups: Set<[String]> = []

    /// `user` is the one who called dibhost.
    init(user: UInt32) { trust = FileTrust(user: user) }

    /// Checks that nobody else could have written to an open folder or file.
    mutating func checkTrust(_ file: FileDescriptor) throws { try trust.check(file) }

    /// Opens and checks a plugin; the descriptor stays open, so that what was checked is what gets loaded.
    ///
    /// - Throws: `PluginFault`, `PluginFile.Unusable`, or `Errno` when the file cannot be opened or read.
    mutating func open(
        _ path: FilePath
    ) throws -> (plugin: PluginFile, descriptor: FileDescriptor) {
        // nonBlocking: a FIFO of that name must not make dibhost wait.
        let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        do {
            guard try file.stat().type == .regular else { throw PluginFault("is no regular file") }
            try trust.check(file)
            file.expectSparseReads()
            let plugin = try PluginFile(reading: file, path: path)
            // The loader's $ORIGIN is the folder of the file itself, whatever links led to it.
            let link = FilePath("/proc/self/fd/\(file.rawValue)")
            let origin = (SymbolicLink.target(of: link) ?? path).removingLastComponent()
            try checkRunPaths(of: plugin, origin: origin)
            try checkLibraries(of: plugin, origin: origin)
            return (plugin, file)
        } catch {
            try? file.close()
            throw error
        }
    }

    private mutating func checkRunPaths(of plugin: PluginFile, origin: FilePath) throws {
        let lookup = [origin.string] + plugin.runPaths + [""] + plugin.neededLibraries
        guard !safeLookups.contains(lookup) else { return }
        let fault = runPathFault(
            needed: plugin.neededLibraries, runPaths: plugin.runPaths, origin: origin)
        if let fault { throw PluginFile.Unusable(manifest: plugin.manifest, fault: fault) }
        safeLookups.insert(lookup)
    }

    /// Why the loader would look where others can put a library, which would run with root's rights; nil when it
    /// would not.
    mutating func runPathFault(
        needed: [String], runPaths: [String], origin: FilePath
    ) -> PluginFault? {
        let unknown = (runPaths + needed).first { text in
            text.utf8.contains(UInt8(ascii: "$"))
                && ["$LIB", "$PLATFORM", "${LIB}", "${PLATFORM}"].contains { text.contains($0) }
        }
        if let unknown {
            return PluginFault(
                "looks for libraries in '\(unknown)', which cannot be checked",
                hint: "Link the plugin with a run path that has only $ORIGIN in it.")
        }
        let folders = LibrarySearch.folders(runPaths, origin: origin)
        let files = needed.flatMap {
            LibrarySearch.ownPlaces(of: $0, in: folders, origin: origin)
        }
        for place in folders + files {
            do {
                try trust.check(lookupOf: place)
            } catch {
                let reason =
                    (error as? PluginFault)?.reason ?? "it cannot be checked: \(error)"
                return PluginFault(
                    "looks for libraries in '\(place)', and \(reason)",
                    hint: "Link the plugin without this run path, or let only root and you "
                        + "write there.")
            }
        }
        return nil
    }

    private mutating func checkLibraries(of plugin: PluginFile, origin: FilePath) throws {
        guard let library = libraries.firstMissing(of: plugin, origin: origin) else { return }
        throw PluginFile.Unusable(
            manifest: plugin.manifest,
            fault: PluginFault(
                "needs the library '\(library)', which is nowhere on this machine",
                hint: "Install the package that brings \(library), then run 'ldconfig'."))
    }
}
