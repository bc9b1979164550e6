// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Diagnostics
import Elements
import LinuxSystem
import SystemPackage

/// Where elements are looked for, and which of two of one name is used.
struct CatalogOptions: ParsableArguments {
    @Option(
        name: .customLong("plugin-dir"),
        help: ArgumentHelp(
            "A folder of native elements (repeatable).",
            discussion: "Before the folders of DIBHOST_PLUGIN_PATH and the installed one.",
            valueName: "dir"))
    var pluginFolders: [String] = []

    @Option(
        name: .customLong("elements-path"),
        help: ArgumentHelp(
            "A folder of shell-script elements (repeatable, or separated by colons).",
            discussion: "Before the folders of ELEMENTS_PATH and the installed one.",
            valueName: "dir"))
    var elementFolders: [String] = []

    @Option(
        help: ArgumentHelp(
            "Use the shell-script element of this name where a native one exists too.",
            valueName: "name|all"))
    var preferLegacy: [String] = []

    @Option(
        help: ArgumentHelp(
            "Use the native element of this name where --prefer-legacy says otherwise.",
            valueName: "name|all"))
    var preferNative: [String] = []

    /// The plugin folders in the order of search.
    func resolvedPluginFolders(environment: [String: String]) throws -> [String] {
        var folders = pluginFolders
        if let path = environment["DIBHOST_PLUGIN_PATH"], !path.isEmpty {
            // Through sudo these are root's rights, and the variable is that of another user.
            if UserAccount.effectiveID == 0, let caller = environment["SUDO_UID"], caller != "0" {
                Terminal.warn(
                    "DIBHOST_PLUGIN_PATH is ignored when dibhost runs through sudo; use --plugin-dir"
                )
            } else {
                folders += path.split(separator: ":").map(String.init)
            }
        }
        let installed = Installation.pluginFolder.map { [$0.string] } ?? []
        return try Self.absolute(folders + installed)
    }

    /// The element folders in the order of search.
    func resolvedElementFolders(environment: [String: String]) throws -> [String] {
        let named = elementFolders + [environment["ELEMENTS_PATH"] ?? ""]
        let folders = named.flatMap { $0.split(separator: ":").map(String.init) }
        let installed = Installation.shellElementFolder.map { [$0.string] } ?? []
        return try Self.absolute(folders + installed)
    }

    /// The builder and its hooks work in other folders, so no path may depend on this one.
    private static func absolute(_ folders: [String]) throws -> [String] {
        try folders.map { try WorkingDirectory.absolute(FilePath($0)).string }
    }
}
