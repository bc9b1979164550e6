// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import SystemPackage

/// The moment when outputs get their final names: fchown(2), rename(2).
struct Publication {
    private struct Published {
        var file: OutputFile
        var keptAs: FilePath?
    }

    private let owner: OutputSet.Owner?
    private var published: [Published] = []

    init(owner: OutputSet.Owner?) { self.owner = owner }

    /// Gives a file its owner.
    func prepare(_ file: OutputFile) throws {
        if let owner, fchown(file.descriptor.rawValue, owner.user, owner.group) != 0 {
            throw Self.failure("give '\(file.path)' to user \(owner.user)")
        }
    }

    /// Gives a file its final name; what had the name before is kept under another one, or replaced.
    mutating func publish(_ file: OutputFile, keepsOld: Bool) throws {
        let aside = keepsOld ? try KeptOutput.keep(file.path) : nil
        do {
            guard rename(file.temporaryPath.string, file.path.string) == 0 else {
                throw Self.failure("rename '\(file.temporaryPath)' to '\(file.path)'")
            }
        } catch {
            if let aside { KeptOutput.putBack(file.path, from: aside) }
            throw error
        }
        published.append(Published(file: file, keptAs: aside))
    }

    /// Undoes what was published.
    ///
    /// The files, which their owner removes, get their temporary names again, older outputs their final ones. What was replaced rather than kept is lost.
    ///
    /// The error that leads here tells more than one of this would.
    func takeBack() {
        for entry in published.reversed() {
            _ = rename(entry.file.path.string, entry.file.temporaryPath.string)
            if let aside = entry.keptAs { KeptOutput.putBack(entry.file.path, from: aside) }
        }
    }

    /// The name that an older output has now; nil where there was none.
    func keptName(of file: OutputFile) -> FilePath? {
        published.first { $0.file.path == file.path }?.keptAs
    }

    /// Waits until the names in a folder are on the medium.
    static func syncFolder(_ folder: FilePath) throws {
        let path = folder.isEmpty ? FilePath(".") : folder
        let descriptor = try FileDescriptor.open(
            path, .readOnly, options: [.directory, .closeOnExec])
        try descriptor.closeAfter {
            guard fsync(descriptor.rawValue) != 0 else { return }
            throw failure("write the folder '\(path)' to its disk")
        }
    }

    private static func failure(_ work: String) -> BuildError {
        BuildError(.buildFailed, "cannot \(work): \(Errno(rawValue: errno))")
    }
}
