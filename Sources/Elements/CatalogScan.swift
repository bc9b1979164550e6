// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// What was found on the paths, in the order of search.
struct CatalogScan {
    /// A plugin whose name is known, or a folder of scripts: usable, or with the reason why not.
    struct Candidate {
        var name: String
        var element: ElementDescription?
        var fault: RejectedElement?
    }

    private(set) var plugins: [Candidate] = []
    private(set) var folders: [Candidate] = []
    private(set) var rejected: [RejectedElement] = []
    private var inspector: PluginInspector
    /// A folder that is named twice counts once.
    private var seen: Set<FilePath> = []

    init(user: UInt32) { inspector = PluginInspector(user: user) }

    /// Adds every `.so` file of a folder.
    mutating func addPlugins(in folder: FilePath) throws {
        let names = try entries(of: folder, "plugin folder", "--plugin-dir and DIBHOST_PLUGIN_PATH")
        do {
            let descriptor = try FileDescriptor.open(
                folder, .readOnly, options: [.closeOnExec, .directory])
            try descriptor.closeAfter { try inspector.checkTrust(descriptor) }
        } catch {
            let fault = PluginFault(error)
            throw BuildError(
                .refused, "plugin folder '\(folder)' \(fault.reason)", hint: fault.hint)
        }
        guard seen.insert(folder).inserted else { return }
        let files = names.filter { $0.name.hasSuffix(".so") && $0.kind != .folder }
            .map { folder.appending($0.name) }
        if files.count > 1 { PluginFile.prefetch(files) }
        for file in files { addPlugin(file) }
    }

    private mutating func addPlugin(_ path: FilePath) {
        do {
            let (plugin, file) = try inspector.open(path)
            try file.close()
            plugins.append(Candidate(name: plugin.manifest.name, element: plugin.element))
        } catch {
            let fault = PluginFault(error)
            let name = (error as? PluginFile.Unusable)?.manifest.name
            let entry = RejectedElement(
                path: path.string, name: name, reason: fault.reason, hint: fault.hint)
            rejected.append(entry)
            if let name { plugins.append(Candidate(name: name, fault: entry)) }
        }
    }

    /// Adds every sub-folder of a folder; a link to a folder has the name of what it leads to.
    mutating func addElements(in folder: FilePath) throws {
        let entries = try entries(of: folder, "element folder", "--elements-path and ELEMENTS_PATH")
        guard seen.insert(folder).inserted else { return }
        for entry in entries where entry.kind == .folder {
            let path = folder.appending(entry.name)
            var name = entry.name
            if entry.isSymbolicLink, let target = RealPath.of(path)?.lastComponent?.string {
                name = target
            }
            do {
                guard !name.contains(where: \.isWhitespace) else {
                    throw PluginFault(
                        "has a blank in its name",
                        hint: "Rename the folder: hooks get the names of elements in a list that"
                            + " blanks separate.")
                }
                let element = try LegacyElement.read(path, name: name)
                folders.append(Candidate(name: name, element: element))
            } catch {
                let reason = PluginFault(error)
                let fault = RejectedElement(
                    path: path.string, name: name, reason: reason.reason, hint: reason.hint)
                rejected.append(fault)
                folders.append(Candidate(name: name, fault: fault))
            }
        }
    }

    private func entries(
        of folder: FilePath, _ what: String, _ source: String
    ) throws -> [FolderListing.Entry] {
        do {
            return try FolderListing.entries(of: folder)
        } catch {
            let problem =
                switch error {
                case .noSuchFileOrDirectory: "does not exist"
                case .notDirectory: "is no folder"
                default: "cannot be read: \(error)"
                }
            throw BuildError(.refused, "\(what) '\(folder)' \(problem)", hint: "Check \(source).")
        }
    }
}

extension PluginFault {
    /// The fault behind an error of reading a plugin.
    init(_ error: any Error) {
        switch error {
        case let fault as PluginFault: self = fault
        case let unusable as PluginFile.Unusable: self = unusable.fault
        default: self.init("cannot be read: \(error)")
        }
    }
}
