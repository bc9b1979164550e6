// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import SystemPackage
import TestSupport

/// Packages of elements outside of this repository, each made by `dibhost plugin new` and built by the commands that it
/// prints; once in a test run, for all tests that use them.
///
/// They stay in the products' folder until the next run.
struct VendorPackages: Sendable {
    /// One package: where it finds ElementAPI, and which Swift runtime it uses.
    ///
    /// The names are those that a careless template would turn into code that does not compile.
    enum Package: String, CaseIterable, Sendable {
        /// Depends on this repository by path.
        case path = "element"
        /// Depends on the committed tree by git address.
        case git = "swift"
        /// Depends on an installed prefix.
        case prefix = "3com"
        /// Has a Swift runtime of its own, with Foundation, linked statically.
        case ownRuntime = "own-runtime"
        /// Is written in C.
        case inC = "in_c"

        var element: String { rawValue }
        var isSwift: Bool { self != .inC }
        /// Where its hook stands; the template's number is 50.
        var order: Int {
            switch self {
            case .path: 60
            case .inC: 30
            default: 50
            }
        }
    }

    /// What came of a package.
    struct Built: Sendable {
        let folder: FilePath
        /// What `plugin new` printed.
        let told: String
        /// What its commands printed.
        let output: String
        let library: FilePath
    }

    let packages: [Package: Built]

    /// The packages; the first call builds them, and calls meanwhile wait.
    static func shared() throws -> VendorPackages { try made.get() }

    /// A package that must be there.
    subscript(_ package: Package) -> Built {
        get throws {
            guard let built = packages[package] else {
                throw BuildError(.buildFailed, "there is no package '\(package)'")
            }
            return built
        }
    }

    /// Puts the plugins into a folder of plugins.
    func install(_ packages: [Package] = Package.allCases, into plugins: FilePath) throws {
        for package in packages {
            let target = plugins.appending("\(package.element).so").string
            try Command(
                "install", ["-D", "--mode=0755", try self[package].library.string, target]
            ).checkedOutput()
        }
    }

    private static let folder = BuiltProducts.folder.appending("test-vendor")
    private static let made = Result { try make() }

    private static func make() throws -> VendorPackages {
        try Command("rm", ["-rf", "--", folder.string]).checkedOutput()
        try Command("mkdir", ["-p", "-m", "0755", folder.string]).checkedOutput()
        var packages: [Package: Built] = [:]
        for package in Package.allCases { packages[package] = try make(package) }
        return VendorPackages(packages: packages)
    }

    private static func make(_ package: Package) throws -> Built {
        let shell = VendorShell(folder: folder)
        var program = BuiltProducts.dibhost
        var options: [String] = []
        switch package {
        case .path, .ownRuntime: break
        case .git: options = ["--dibhost", try repository()]
        case .prefix: program = try InstalledTree.shared().appending("bin/dibhost")
        case .inC: options = ["--language", "c"]
        }
        let told = try shell.run(
            ["'\(program)' plugin new \(package.element) \(options.joined(separator: " "))"])
        let home = folder.appending(package.element)
        try edit(package, in: home)
        let commands = Self.commands(told)
        let output = try shell.run(commands.dropLast())
        let library = commands.first { $0.contains("plugin check") }?.split(separator: " ").last
        return Built(
            folder: home, told: told, output: output,
            library: home.appending(String(library ?? "")))
    }

    /// What a vendor changes in a new package; most stay as they are.
    private static func edit(_ package: Package, in home: FilePath) throws {
        if package == .ownRuntime {
            // As Package.swift tells, with a function of Foundation to need it for.
            try replace(
                "[\"-no-toolchain-stdlib-rpath\"]", "[\"-static-stdlib\"]",
                in: home.appending("Package.swift"))
            let code = home.appending("Sources/OwnRuntimeElement/OwnRuntimeElement.swift")
            try replace("public import", "internal import Foundation\npublic import", in: code)
            try replace(
                "try parameters.text(\"text\")",
                "try parameters.text(\"text\").trimmingCharacters(in: .whitespaces)", in: code)
        }
        guard package.order != 50 else { return }
        let manifest = try Command("find", [home.string, "-name", "manifest.json"]).checkedOutput()
        try replace(
            "\"order\": 50", "\"order\": \(package.order)",
            in: FilePath(String(manifest.split(separator: "\n")[0])))
    }

    private static func replace(_ old: String, _ new: String, in file: FilePath) throws {
        let text = try TextFile.read(file)
        guard text.contains(old) else {
            throw BuildError(.buildFailed, "there is no '\(old)' in '\(file)'")
        }
        try TextFile.write(text.replacing(old, with: new), to: file)
    }

    /// The commands that `plugin new` tells to run next, from the folder in which it ran.
    static func commands(_ told: String) -> [String] {
        told.split(separator: "\n").drop { $0 != "next:" }.dropFirst()
            .map { String($0.drop { $0 == " " }) }
    }

    /// The address of a repository whose branch main is the commit that is checked out here.
    private static func repository() throws -> String {
        let source = BuiltProducts.repository.string
        let copy = folder.appending("git/dibhost.git").string
        let commit = try Command("git", ["-C", source, "rev-parse", "HEAD"]).checkedOutput()
            .split(separator: "\n")[0]
        try Command("git", ["clone", "--quiet", "--bare", source, copy]).checkedOutput()
        try Command("git", ["-C", copy, "symbolic-ref", "HEAD", "refs/heads/main"]).checkedOutput()
        try Command("git", ["-C", copy, "update-ref", "refs/heads/main", String(commit)])
            .checkedOutput()
        return "file://\(copy)"
    }
}
