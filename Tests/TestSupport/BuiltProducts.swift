// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// The programs and plugins that were built together with the tests that are running.
package enum BuiltProducts {
    /// SwiftPM's folder for the configuration under test.
    package static let folder: FilePath = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let length = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
        precondition(length > 0, "the test program has a path")
        return FilePath(platformString: buffer).removingLastComponent()
    }()

    /// The program itself.
    package static let dibhost = folder.appending("dibhost")
    /// The program that loads a plugin.
    package static let worker = folder.appending("dibhost-worker")

    /// The top of the repository.
    package static let repository: FilePath = {
        var path = folder
        while !path.components.isEmpty, !isFile(path.appending("Package.swift")) {
            path = path.removingLastComponent()
        }
        return path
    }()

    /// The shell elements of the repository.
    package static let legacyElements = repository.appending("elements-legacy")
    /// The shell elements that only tests use.
    package static let fixtureElements = repository.appending("Tests/FixtureElements")

    /// Fills `parent`/plugins with the project's plugins alone, as `make build` does, and returns that folder.
    package static func pluginFolder(in parent: FilePath) throws -> FilePath {
        let target = parent.appending("plugins")
        var collect = Command(
            repository.appending("Scripts/collect-plugins").string,
            [folder.string, target.string])
        collect.workingDirectory = repository
        try collect.checkedOutput()
        return target
    }

    /// Copies the plugin `library` (such as "Liar") to `folder` under the name of a plugin file.
    package static func copyPlugin(
        _ library: String, to folder: FilePath, as name: String? = nil
    ) throws {
        let file = folder.appending("\(name ?? library.lowercased()).so")
        try Command(
            "install",
            ["-D", "--mode=0755", self.folder.appending("lib\(library).so").string, file.string]
        ).checkedOutput()
    }

    private static func isFile(_ path: FilePath) -> Bool { access(path.string, F_OK) == 0 }
}
