// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// What was found on the paths, in the order of search.
struct CatalogScan {
    /// A plugin whose name is known, or a folder of scripts: usable, or with the reason why not.
    struct Candidate: Sendable {
        /// nil for a file whose manifest cannot be read.
        var name: String?
        var element: ElementDescription?
        var fault: RejectedElement?
    }

    /// A file or a folder that may be an element.
    private enum Place: Sendable {
        case plugin(FilePath)
        case folder(FilePath, isLink: Bool)
    }

    /// So many elements are read in the time that it takes to start a thread.
    private static let partSize = 16

    private(set) var plugins: [Candidate] = []
    private(set) var folders: [Candidate] = []
    private var places: [Place] = []
    private var inspector: PluginInspector
    /// A folder that is named twice counts once.
    private var seen: Set<FilePath> = []

    init(user: UInt32) { inspector = PluginInspector(user: user) }

    var rejected: [RejectedElement] { (plugins + folders).compactMap(\.fault) }

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
        places += files.map { .plugin($0) }
    }

    /// Adds every sub-folder of a folder; a link to a folder has the name of what it leads to.
    mutating func addElements(in folder: FilePath) throws {
        let entries = try entries(of: folder, "element folder", "--elements-path and ELEMENTS_PATH")
        guard seen.insert(folder).inserted else { return }
        places += entries.filter { $0.kind == .folder }.map {
            .folder(folder.appending($0.name), isLink: $0.isSymbolicLink)
        }
    }

    /// Reads what was added, on all cores.
    mutating func read() throws {
        let (inspector, places) = (inspector, places)
        let candidates = try ParallelWork.flatMap(places, partsOf: Self.partSize) { part in
            PluginFile.prefetch(
                part.compactMap { if case .plugin(let path) = $0 { path } else { nil } })
            var inspector = inspector
            return part.map { place in
                switch place {
                case .plugin(let path): Self.plugin(path, inspector: &inspector)
                case .folder(let path, let isLink): Self.folder(path, isLink: isLink)
                }
            }
        }
        for (place, candidate) in zip(places, candidates) {
            switch place {
            case .plugin: plugins.append(candidate)
            case .folder: folders.append(candidate)
            }
        }
    }

    private static func plugin(
        _ path: FilePath, inspector: inout PluginInspector
    ) -> Candidate {
        do {
            let (plugin, file) = try inspector.open(path)
            try file.close()
            return Candidate(name: plugin.manifest.name, element: plugin.element)
        } catch {
            let name = (error as? PluginFile.Unusable)?.manifest.name
            return rejection(of: path, name: name, PluginFault(error))
        }
    }

    private static func folder(_ path: FilePath, isLink: Bool) -> Candidate {
        var name = path.lastComponent?.string ?? path.string
        if isLink, let target = RealPath.of(path)?.lastComponent?.string { name = target }
        do {
            guard !name.contains(where: \.isWhitespace) else {
                throw PluginFault(
                    "has a blank in its name",
                    hint: "Rename the folder: hooks get the names of elements in a list that"
                        + " blanks separate.")
            }
            return Candidate(name: name, element: try LegacyElement.read(path, name: name))
        } catch {
            return rejection(of: path, name: name, PluginFault(error))
        }
    }

    private static func rejection(
        of path: FilePath, name: String?, _ fault: PluginFault
    ) -> Candidate {
        Candidate(
            name: name,
            fault: RejectedElement(
                path: path.string, name: name, reason: fault.reason, hint: fault.hint))
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
