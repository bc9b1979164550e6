// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// Lays --config files below the command line: what an option names there wins, lists included.
extension BuildOptions {
    /// The option that a key of a configuration file stands for.
    private enum Field {
        case text(WritableKeyPath<BuildOptions, String?>)
        case list(WritableKeyPath<BuildOptions, [String]>)
        case flag(WritableKeyPath<BuildOptions, Bool>)
        case count(WritableKeyPath<BuildOptions, Int>)
    }

    private static var fields: [String: Field] {
        [
            "arch": .text(\.architecture), "imagename": .text(\.imageName),
            "types": .list(\.formats), "debug-trace": .count(\.trace),
            "uncompressed": .flag(\.isUncompressed), "skip-base": .flag(\.skipBase),
            "packages": .list(\.packages), "image-size": .text(\.imageSize),
            "image-extra-size": .text(\.imageExtraSize), "max-size": .text(\.maxSize),
            "luks-key": .list(\.luksKey), "luks-passphrase": .list(\.luksPassphrase),
            "image-cache": .text(\.imageCache),
            "min-tmpfs": .text(\.minTmpfs), "install-type": .text(\.installType),
            "ramdisk": .flag(\.ramdisk.isWanted), "ramdisk-element": .text(\.ramdisk.element),
            "ramdisk-modules": .text(\.ramdisk.modules),
            "ramdisk-compression": .text(\.ramdisk.compression),
            "ramdisk-size": .text(\.ramdisk.size), "clear": .flag(\.clearsEnvironment),
            "max-online-resize": .text(\.maxOnlineResize), "mkfs-options": .text(\.mkfsOptions),
            "mkfs-journal-size": .text(\.mkfsJournalSize), "no-tmpfs": .flag(\.noTmpfs),
            "offline": .flag(\.offline), "qemu-img-options": .text(\.qemuImgOptions),
            "qcow2-compression": .text(\.qcow2Compression), "root-label": .text(\.rootLabel),
            "checksum": .flag(\.checksum), "checksum-algorithm": .text(\.checksumAlgorithm),
            "bmap": .flag(\.bmap), "manifest": .flag(\.manifest), "sbom": .flag(\.sbom),
            "docker-target": .text(\.dockerTarget),
            "logfile": .text(\.logfile), "strict": .flag(\.strict),
            "host-dev": .flag(\.hostDev), "audit": .text(\.audit),
            "audit-allow": .list(\.auditAllow),
            "plugin-dir": .list(\.catalog.pluginFolders),
            "elements-path": .list(\.catalog.elementFolders),
            "prefer-legacy": .list(\.catalog.preferLegacy),
            "prefer-native": .list(\.catalog.preferNative), "elements": .list(\.elements),
        ]
    }

    /// Fills in what the command line left open, and returns the files' element parameters.
    mutating func applyConfigurationFiles() throws -> [BuildRequest.Setting] {
        var settings: [BuildRequest.Setting] = []
        let commandLine = self
        for path in commandLine.configurationFiles {
            let file = try ConfigurationFile(path: path)
            for entry in file.entries { try apply(entry, below: commandLine) }
            settings += file.settings
        }
        return settings
    }

    private mutating func apply(
        _ entry: ConfigurationFile.Entry, below commandLine: BuildOptions
    ) throws {
        let fields = Self.fields
        guard let field = fields[entry.key] else {
            throw BuildError(
                .refused, "configuration file '\(entry.place)': unknown key '\(entry.key)'",
                hint: NearestName.of(entry.key, in: fields.keys.sorted() + ["set"])
                    .map { "Did you mean '\($0)'?" }
                    ?? "Keys are the long names of build options, and 'set'.")
        }
        switch (field, entry.value) {
        case (.text(let path), .text(let text)):
            if commandLine[keyPath: path] == nil { self[keyPath: path] = text }
        case (.list(let path), .text(let text)):
            if commandLine[keyPath: path].isEmpty { self[keyPath: path] = [text] }
        case (.list(let path), .list(let items)):
            if commandLine[keyPath: path].isEmpty { self[keyPath: path] = items }
        case (.flag(let path), .text(let text)):
            guard let value = Truth.value(of: text) else {
                throw mismatch(entry, "is neither true nor false")
            }
            if !commandLine[keyPath: path] { self[keyPath: path] = value }
        case (.count(let path), .text(let text)):
            guard let value = Int(text), value >= 0 else {
                throw mismatch(entry, "is no whole number")
            }
            if commandLine[keyPath: path] == 0 { self[keyPath: path] = value }
        case (_, .list):
            throw mismatch(entry, "is a list, but takes one value")
        }
    }

    private func mismatch(_ entry: ConfigurationFile.Entry, _ problem: String) -> BuildError {
        BuildError(.refused, "configuration file '\(entry.place)': '\(entry.key)' \(problem)")
    }
}
