// SPDX-License-Identifier: Apache-2.0

internal import CElement
package import Planning
package import SystemPackage

/// A plugin as its file describes it; none of its code has run.
package struct PluginFile {
    /// The symbol that a plugin exports unless plain C functions do all of its work, DIB_ENTRY_SYMBOL.
    package static let entrySymbol: StaticString = "dib_element_v1"
    /// DIB_MANIFEST_SECTION.
    static let manifestSection: StaticString = ".dib.manifest"

    package let path: FilePath
    package let manifest: ElementManifest
    package let machine: Machine
    package let neededLibraries: [String]
    let runPaths: [String]

    /// Why the manifest cannot be used here although it can be read; the name is known then.
    package struct Unusable: Error {
        package var manifest: ElementManifest
        package var fault: PluginFault
    }

    /// Reads the open file: ELF, machine, manifest, contract version, entry symbol, functions; the first fault is
    /// thrown.
    ///
    /// - Throws: `PluginFault`; `Unusable` when the manifest was read and something else is wrong.
    package init(reading file: FileDescriptor, path: FilePath) throws {
        let elf = try ELFFile(reading: file)
        guard
            let bytes = try elf.contents(
                ofSection: Self.manifestSection, limit: ELFFile.longestManifest)
        else {
            throw PluginFault(
                "has no section .dib.manifest",
                hint: "Embed manifest.json with the macros of dib_element.h.")
        }
        manifest = try ManifestReader.read(bytes)
        machine = Machine(number: elf.machine)
        neededLibraries = elf.neededLibraries
        runPaths = elf.runPaths
        self.path = path
        if let fault = try Self.fault(of: elf, manifest) {
            throw Unusable(manifest: manifest, fault: fault)
        }
    }

    private static func fault(of elf: ELFFile, _ manifest: ElementManifest) throws -> PluginFault? {
        if let fault = machineFault(elf) ?? contractFault(manifest) { return fault }
        if manifest.needsTable, let fault = try entryFault(elf) { return fault }
        return try functionFault(elf, manifest)
    }

    /// Why the code cannot run on this machine.
    static func machineFault(_ elf: ELFFile) -> PluginFault? {
        let machine = Machine(number: elf.machine)
        guard machine != .current else { return nil }
        return PluginFault(
            "is built for \(machine.name), and this machine is \(Machine.current.name)",
            hint: "Build the plugin for \(Machine.current.name).")
    }

    /// Why code and dibhost cannot understand each other.
    static func contractFault(_ manifest: ElementManifest) -> PluginFault? {
        guard manifest.abi != UInt32(DIB_ABI) else { return nil }
        let isNewer = manifest.abi > UInt32(DIB_ABI)
        return PluginFault(
            "is built for version \(manifest.abi) of the element contract, "
                + "and this dibhost has version \(DIB_ABI)",
            hint: isNewer
                ? "Use a newer dibhost, or an older version of the plugin."
                : "Build the plugin with this dibhost's dib_element.h.")
    }

    /// Why the plugin's table cannot be asked for.
    static func entryFault(_ elf: ELFFile) throws -> PluginFault? {
        guard try !elf.defines(entrySymbol) else { return nil }
        return PluginFault(
            "does not export \(entrySymbol)",
            hint: "Define the function with @c(dib_element_v1), or extern \"C\" in C++.")
    }

    /// Why the first of the plain C functions that cannot be called cannot be called.
    private static func functionFault(
        _ elf: ELFFile, _ manifest: ElementManifest
    ) throws -> PluginFault? {
        for hook in manifest.phases {
            guard let symbol = hook.function?.symbol else { continue }
            if let fault = try elf.fault(of: symbol, calledIn: hook.phase) { return fault }
        }
        return nil
    }

    /// The element that the plugin holds.
    package var element: ElementDescription {
        ElementDescription(
            name: manifest.name, kind: .native, path: path.string, version: manifest.version,
            summary: manifest.summary, requires: manifest.requires, provides: manifest.provides,
            conflicts: manifest.conflicts,
            hooks: manifest.phases.map { hook in
                PlannedHook(
                    phase: hook.phase, sortName: Self.sortName(hook.order, manifest.name),
                    element: manifest.name, kind: .native)
            },
            manifest: manifest)
    }

    /// "NN-element": the place of a native hook among file names.
    private static func sortName(_ order: Int, _ element: String) -> String {
        (order < 10 ? "0" : "") + "\(order)-\(element)"
    }
}
