// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// Opens plugin files and decides whether they can be used; remembers what it learned about folders and libraries.
struct PluginInspector {
    private(set) var trust: FileTrust
    private lazy var libraries = LibrarySearch()

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
            let plugin = try PluginFile(reading: file, path: path)
            try checkLibraries(of: plugin)
            return (plugin, file)
        } catch {
            try? file.close()
            throw error
        }
    }

    private mutating func checkLibraries(of plugin: PluginFile) throws {
        guard let library = libraries.firstMissing(of: plugin) else { return }
        throw PluginFile.Unusable(
            manifest: plugin.manifest,
            fault: PluginFault(
                "needs the library '\(library)', which is nowhere on this machine",
                hint: "Install the package that brings \(library), then run 'ldconfig'."))
    }
}
