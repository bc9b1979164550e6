// SPDX-License-Identifier: Apache-2.0

import Elements
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A plugin file that is damaged in any way is read or refused, and never takes the reader down.
@Suite struct PluginMutationTests {
    /// Code that is not optimised would take minutes for what CI does in seconds.
    #if DEBUG
        private static let copies = 2_000
    #else
        private static let copies = 20_000
    #endif

    /// Every plugin that is built in this repository.
    private static let plugins: [FilePath] = {
        let names = (try? FolderListing.entries(of: BuiltProducts.folder).map(\.name)) ?? []
        return names.filter { $0.hasPrefix("lib") && $0.hasSuffix(".so") }.sorted()
            .map(BuiltProducts.folder.appending)
    }()

    @Test func thereArePlugins() {
        let names = Set(Self.plugins.compactMap { $0.lastComponent?.string })
        #expect(
            names.isSuperset(of: ["libBase.so", "libDebian.so", "libLocalConfig.so", "libVM.so"]))
    }

    @Test(arguments: plugins)
    func damagedCopiesAreReadOrRefused(plugin: FilePath) throws {
        var mutator = try PluginMutator(
            plugin, random: .ofRun(for: "\(plugin.lastComponent?.string ?? "") is damaged"))
        var counts = Counts()
        for round in 0..<Self.copies {
            try mutator.withDamage { file in
                try counts.read(file, path: plugin)
                if round % 20 == 0 { try Self.readAll(file) }
            }
        }
        #expect(try mutator.close(), "each damage was undone")
        // Neither does all damage go unnoticed, nor does the first look end every round.
        #expect(counts.accepted > Self.copies / 50, "\(counts)")
        #expect(counts.refused > Self.copies / 10, "\(counts)")
        #expect(counts.brokenManifests > Self.copies / 50, "\(counts)")
    }

    /// How the rounds ended.
    private struct Counts {
        var accepted = 0
        var refused = 0
        var brokenManifests = 0

        mutating func read(_ file: FileDescriptor, path: FilePath) throws {
            do {
                _ = try PluginFile(reading: file, path: path)
                accepted += 1
            } catch is PluginFile.Unusable {
                refused += 1
            } catch let fault as PluginFault {
                refused += 1
                if fault.reason.hasPrefix("has a broken manifest") { brokenManifests += 1 }
            }
        }
    }

    /// What only `plugin check` reads.
    private static func readAll(_ file: FileDescriptor) throws {
        do {
            let elf = try ELFFile(reading: file)
            _ = try elf.segments()
            _ = try elf.dynamicSymbols()
            _ = try elf.versionNeeds()
        } catch is PluginFault {}
    }
}
