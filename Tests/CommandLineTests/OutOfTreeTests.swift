// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Elements that are built outside of this repository, by every road to ElementAPI.
@Suite struct OutOfTreeTests {
    @Test(arguments: VendorPackages.Package.allCases)
    func aNewPackageBuildsAndPassesTheCheck(package: VendorPackages.Package) throws {
        let built = try VendorPackages.shared()[package]
        #expect(built.output.contains("0 errors, 0 warnings, 0 notes"), "\(built.output)")
    }

    @Test(arguments: VendorPackages.Package.allCases.filter(\.isSwift))
    func nothingButElementAPIIsFetchedOrBuilt(package: VendorPackages.Package) throws {
        let built = try VendorPackages.shared()[package]
        let checkouts = try names(in: built.folder.appending(".build/checkouts"))
        #expect(checkouts == (package == .git ? ["dibhost"] : []))
        let modules = try names(in: built.folder.appending(".build/release/Modules"))
            .filter { $0.hasSuffix(".swiftmodule") }
        #expect(modules.count == 2)
        #expect(modules.contains("ElementAPI.swiftmodule"))
    }

    @Test func anInstalledProgramNamesTheSDKThatCameWithIt() throws {
        let built = try VendorPackages.shared()[.prefix]
        let package = try TextFile.read(built.folder.appending("Package.swift"))
        let sdk = try InstalledTree.shared().appending("lib/dibhost/sdk")
        #expect(package.contains("path: \"\(sdk)\", traits: []"))
    }

    @Test func onlyAPluginWithItsOwnRuntimeNeedsNoneOfSwift() throws {
        for package in VendorPackages.Package.allCases where package.isSwift {
            let library = try VendorPackages.shared()[package].library.string
            let needed = try Command("readelf", ["--dynamic", "--wide", library]).checkedOutput()
                .split(separator: "\n").filter { $0.contains("(NEEDED)") }
            #expect(needed.contains { $0.contains("libswiftCore.so") } == (package != .ownRuntime))
        }
    }

    /// The installed program knows no toolchain: the plugins' runtime is the one that it brings.
    @Test(arguments: [false, true])
    func eachDoesItsWorkInABuildAndUsesItsParameter(isInstalled: Bool) throws {
        try TemporaryFolder.with("outoftree") { folder in
            let build = try TestBuild(in: folder)
            try VendorPackages.shared().install(into: build.plugins)
            let packages = VendorPackages.Package.allCases
                .sorted { ($0.order, $0.element) < ($1.order, $1.element) }
            let elements = packages.map(\.element)
            let settings = ["--set", "swift.text=set by the user"]
            var command = build.command(
                ["-n", "tiny-os"] + elements, formats: "tar", options: settings)
            if isInstalled {
                command.program = try InstalledTree.shared().appending("bin/dibhost").string
            }
            let captured = try command.capture()
            #expect(captured.status == .exited(0), "\(captured.errorLines)")
            let tar = build.output.appending("image.tar").string
            let motd = try Command("tar", ["-xOf", tar, "./etc/motd"]).checkedOutput()
            let lines = elements.map {
                $0 == "swift" ? "set by the user" : "hello from \($0)"
            }
            #expect(motd.split(separator: "\n").map(String.init) == lines)
        }
    }

    private func names(in folder: FilePath) throws -> [String] {
        try FolderListing.entries(of: folder).map(\.name)
    }
}
