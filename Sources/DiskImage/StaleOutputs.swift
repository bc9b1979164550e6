// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// Temporary output files of builds that died.
package enum StaleOutputs {
    /// Removes those in a folder that no process locks and returns their paths.
    ///
    /// With a `buildID` only those of that build.
    @discardableResult
    package static func remove(in folder: FilePath, buildID: String? = nil) throws -> [FilePath] {
        let ending = OutputFile.marker + (buildID ?? "")
        var removed: [FilePath] = []
        for name in try FolderListing.entries(of: folder).map(\.name)
        where OutputFile.isTemporary(name) {
            guard buildID == nil || name.hasSuffix(ending) else { continue }
            let path = folder.appending(name)
            if try removeUnlocked(path) { removed.append(path) }
        }
        return removed
    }

    private static func removeUnlocked(_ path: FilePath) throws -> Bool {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                path, .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
        } catch Errno.noSuchFileOrDirectory, Errno.tooManySymbolicLinkLevels {
            return false
        }
        return try descriptor.closeAfter {
            guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else { return false }
            try OutputFile.remove(path)
            return true
        }
    }
}
