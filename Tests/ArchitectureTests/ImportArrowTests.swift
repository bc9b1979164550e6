// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The arrows between the modules, read from the import lines: they point downwards only.
struct ImportArrowTests {
    /// The layers, the highest first: a module imports from lower ones only.
    private static let layers: [[String]] = [
        ["Host"],
        ["Builder"],
        ["Audit", "DiskImage", "Legacy", "Elements", "Ramdisk", "Verify"],
        ["Archive", "Planning", "Wire"],
        ["LinuxSystem"],
        [
            "CLinux", "CArchive", "CCrypto", "CExtFS", "CShellLibrary", "CYAML", "CZstd",
            "Diagnostics",
        ],
    ]
    /// What the other side of the dlopen boundary may import, beside libc and the standard library.
    private static let pluginSide: [String: Set<String>] = [
        "Worker": ["Wire", "CElement", "CFFI", "LinuxSystem", "Diagnostics"],
        "ElementAPI": ["CElement"],
        "OperatingSystem": ["ElementAPI"],
    ]
    /// Arrows of the table in the design that cross into the plugin contract.
    private static let contractReaders: Set<String> = ["Elements", "Builder"]
    private static let libc: Set<String> = ["Glibc", "Synchronization"]
    private static let withoutFoundation: Set<String> = [
        "Worker", "Wire", "ElementAPI", "LinuxSystem",
    ]

    @Test func everyModuleOfTheHostImportsDownwardsOnly() throws {
        let height = Dictionary(
            uniqueKeysWithValues: Self.layers.enumerated().flatMap { index, names in
                names.map { ($0, index) }
            })
        for (module, index) in height where !module.hasPrefix("C") {
            for name in try imports(of: "Sources/\(module)") {
                if name == "CElement" {
                    #expect(Self.contractReaders.contains(module), "\(module) imports \(name)")
                } else if let other = height[name] {
                    #expect(other > index, "\(module) imports \(name), which is not below it")
                } else {
                    #expect(Self.pluginSide[name] == nil, "\(module) imports \(name)")
                }
            }
        }
    }

    @Test func theWorkerAndTheElementAPIKnowOnlyTheContract() throws {
        for (module, allowed) in Self.pluginSide {
            let found = try imports(of: "Sources/\(module)").subtracting(Self.libc)
                .subtracting(["SystemPackage"])
            #expect(found.isSubset(of: allowed), "\(module) imports \(found)")
        }
    }

    @Test func pluginsImportNothingOfTheHost() throws {
        for folder in ["Plugins", "Tests/FixturePlugins"] {
            let host = Set(Self.layers.joined()).union(["Worker"])
            #expect(try imports(of: folder).isDisjoint(with: host))
        }
    }

    @Test func modulesThatStartFastImportNoFoundation() throws {
        for module in Self.withoutFoundation {
            let found = try imports(of: "Sources/\(module)")
            #expect(!found.contains("Foundation"), "\(module) imports Foundation")
        }
    }

    /// With it come those of ICU, which make each process 9 MB larger and each start slower by a quarter.
    @Test(arguments: ["dibhost", "dibhost-worker"])
    func `no program loads more than the essentials of Foundation`(program: String) throws {
        let path = BuiltProducts.folder.appending(program).string
        let libraries = try Command("/usr/bin/readelf", ["-d", path]).checkedOutput()
        #expect(libraries.contains("[libswiftCore.so]"))
        #expect(!libraries.contains("[libFoundation.so]"))
    }

    @Test func onlyTheHostParsesArgumentsAndOnlyItsSystemModuleUsesTheShim() throws {
        for module in Self.layers.joined() where module != "Host" {
            #expect(try !imports(of: "Sources/\(module)").contains("ArgumentParser"))
            if module != "LinuxSystem" {
                #expect(try !imports(of: "Sources/\(module)").contains("CLinux"))
            }
        }
    }

    @Test func everyModuleHasItsPlace() throws {
        let known = Set(Self.layers.joined()).union(Self.pluginSide.keys).union([
            "CElement", "CFFI", "Init",
        ])
        let folders = try FolderListing.entries(of: BuiltProducts.repository.appending("Sources"))
        #expect(Set(folders.map(\.name)) == known)
    }

    /// The modules that the Swift files of a folder import; an indented import stands in a text that is written out.
    private func imports(of folder: String) throws -> Set<String> {
        let pattern =
            "s/^(@[a-zA-Z_]+ )*(package |public |internal |private |fileprivate )?"
            + "import ((struct|class|enum|func|protocol) )?([A-Za-z_]+).*/\\5/p"
        var find = Command(
            "find", [folder, "-name", "*.swift", "-exec", "sed", "-nE", pattern, "{}", "+"])
        find.workingDirectory = BuiltProducts.repository
        return Set(try find.checkedOutput().split(separator: "\n").map(String.init))
    }
}
