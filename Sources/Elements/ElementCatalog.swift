// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
package import Planning
package import SystemPackage

/// Everything on the plugin and element paths, read without running any of it.
///
/// Of two things of one name the first of this order counts, and hides the others: plugins before folders of scripts
/// (with --prefer-legacy the other way round), and within each kind an earlier path before a later one. A file that
/// holds no usable plugin keeps its place in that order, so that a broken plugin is never silently replaced by another
/// element of its name; whoever asks for it gets to know why it cannot be used.
package struct ElementCatalog {
    /// What names mean, for the planner.
    package let index: ElementIndex

    /// Reads the folders that `request` names.
    ///
    /// - Throws: `BuildError` with status 2 when one of them is missing or not to be trusted.
    package init(for request: BuildRequest) throws {
        var scan = CatalogScan(user: request.user.id)
        for folder in request.pluginFolders { try scan.addPlugins(in: FilePath(folder)) }
        for folder in request.elementFolders { try scan.addElements(in: FilePath(folder)) }
        try scan.read()
        index = ElementCatalog.index(
            of: scan, preferLegacy: request.preferLegacy, preferNative: request.preferNative)
    }

    /// All elements and those that they hide, by name and then in the order in which they count.
    package var all: [ElementDescription] {
        index.elements.flatMap { element in
            [element] + index.shadowed.filter { $0.name == element.name }
        }
    }

    /// Checks the plugin of a planned element once more and returns the open file, which is what the worker loads.
    ///
    /// `user` is the one who called dibhost.
    /// - Throws: `BuildError` when the plugin cannot be used, or is not the one that was planned with.
    package static func openPlugin(
        _ element: ElementDescription, user: UInt32
    ) throws -> FileDescriptor {
        var inspector = PluginInspector(user: user)
        do {
            let (plugin, file) = try inspector.open(FilePath(element.path))
            guard plugin.manifest == element.manifest else {
                try file.close()
                throw PluginFault(
                    "has changed since the build was planned", hint: "Start the build again.")
            }
            return file
        } catch {
            let fault = PluginFault(error)
            throw BuildError(
                .refused,
                "element '\(element.name)' cannot be used: '\(element.path)' \(fault.reason)",
                hint: fault.hint)
        }
    }

    /// Checks a plugin file that nobody asked to build with.
    ///
    /// `user` is the one who called dibhost.
    /// - Throws: `BuildError` with status 2 when it cannot be used.
    package static func inspectPlugin(_ path: FilePath, user: UInt32) throws -> PluginFile {
        var inspector = PluginInspector(user: user)
        do {
            let (plugin, file) = try inspector.open(path)
            try file.close()
            return plugin
        } catch {
            let fault = PluginFault(error)
            throw BuildError(.refused, "'\(path)' \(fault.reason)", hint: fault.hint)
        }
    }

    // MARK: Names

    private static func index(
        of scan: CatalogScan, preferLegacy: [String], preferNative: [String]
    ) -> ElementIndex {
        var usable: [ElementDescription] = []
        var shadowed: [ElementDescription] = []
        var blocked: [String: RejectedElement] = [:]
        let plugins = Dictionary(grouping: scan.plugins, by: \.name)
        let folders = Dictionary(grouping: scan.folders, by: \.name)
        let rejected = scan.rejected
        for name in Set(plugins.keys).union(folders.keys).compactMap(\.self) {
            let prefersLegacy =
                preferLegacy.contains(name)
                || preferLegacy.contains("all") && !preferNative.contains(name)
            // A plugin whose manifest cannot be read goes by its file's name, where no manifest has that name.
            let unnamed = rejected.filter { $0.name == nil && $0.hasFileName(of: name) }
                .map { CatalogScan.Candidate(name: name, fault: $0) }
            let natives = plugins[name] ?? unnamed
            let legacies = folders[name] ?? []
            let candidates = prefersLegacy ? legacies + natives : natives + legacies
            if let fault = candidates.first?.fault { blocked[name] = fault }
            let found = candidates.compactMap(\.element)
            guard let first = found.first else { continue }
            usable.append(first)
            shadowed += found.dropFirst().map { element in
                var element = element
                element.shadowedBy = first.path
                return element
            }
        }
        return ElementIndex(
            elements: usable, shadowed: shadowed, rejected: rejected, blocked: blocked)
    }
}
