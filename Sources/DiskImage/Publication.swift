// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import SystemPackage

/// The moment when an output gets its final name: fchown(2), rename(2).
struct Publication {
    var owner: OutputSet.Owner?

    func publish(_ file: OutputFile) throws {
        if let owner, fchown(file.descriptor.rawValue, owner.user, owner.group) != 0 {
            throw failure("give '\(file.path)' to user \(owner.user)")
        }
        guard rename(file.temporaryPath.string, file.path.string) == 0 else {
            throw failure("rename '\(file.temporaryPath)' to '\(file.path)'")
        }
    }

    /// Waits until the names in a folder are on the medium.
    static func syncFolder(_ folder: FilePath) throws {
        let path = folder.isEmpty ? FilePath(".") : folder
        let descriptor = try FileDescriptor.open(
            path, .readOnly, options: [.directory, .closeOnExec])
        try descriptor.closeAfter {
            guard fsync(descriptor.rawValue) != 0 else { return }
            throw Publication().failure("write the folder '\(path)' to its disk")
        }
    }

    private func failure(_ work: String) -> BuildError {
        BuildError(.buildFailed, "cannot \(work): \(Errno(rawValue: errno))")
    }
}
