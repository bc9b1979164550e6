// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// A folder of one test's own, removed with everything in it.
package enum TemporaryFolder {
    /// Hands a new, empty folder to `body` and removes it afterwards; mounts below it are not followed.
    ///
    /// A test that needs a certain file system names a folder on it as `parent`.
    package static func with<Result>(
        _ name: String = "test", in parent: FilePath = "/tmp",
        function: String = #function, file: String = #fileID,
        _ body: (FilePath) throws -> Result
    ) throws -> Result {
        let folder = try make(name, in: parent)
        do {
            let result = try TestTimes.measured(function, file) { try body(folder) }
            try remove(folder)
            return result
        } catch {
            try remove(folder)
            throw error
        }
    }

    /// The same for a test that awaits.
    package static func with<Result>(
        _ name: String = "test", in parent: FilePath = "/tmp",
        function: String = #function, file: String = #fileID,
        _ body: (FilePath) async throws -> Result
    ) async throws -> Result {
        let folder = try make(name, in: parent)
        let start = ContinuousClock.now
        defer { try? TestTimes.note(ContinuousClock.now - start, function, file) }
        do {
            let result = try await body(folder)
            try remove(folder)
            return result
        } catch {
            try remove(folder)
            throw error
        }
    }

    private static func make(_ name: String, in parent: FilePath) throws -> FilePath {
        var template = Array(parent.appending("dibhost-\(name).XXXXXX").string.utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        return FilePath(platformString: template)
    }

    private static func remove(_ folder: FilePath) throws {
        try Command("rm", ["-rf", "--one-file-system", "--", folder.string]).checkedOutput()
    }
}
