// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// A file on its way to its final name: it is written as ".NAME.dibhost-BUILD" beside it.
///
/// The open descriptor holds a lock, flock(2), that ends with the process. So a file that nobody locks is left over
/// from a build that died, and any build may remove it.
package struct OutputFile: Sendable {
    static let marker = ".dibhost-"

    /// What the file is: "qcow2", "raw", "tar".
    package let format: String
    /// The disk that it is an image of; nil: the first one, or none.
    package let disk: String?
    /// The final name.
    package let path: FilePath
    /// The name until then, in the same folder.
    package let temporaryPath: FilePath
    /// Open for reading and writing.
    package let descriptor: FileDescriptor

    /// The file's length so far.
    package var size: ByteCount {
        get throws { ByteCount(try descriptor.seek(offset: 0, from: .end)) }
    }

    /// Makes the temporary file; it belongs to root until it is published.
    static func create(
        format: String, disk: String? = nil, path: FilePath, buildID: String
    ) throws -> OutputFile {
        guard let name = path.lastComponent?.string else {
            throw BuildError(.refused, "'\(path)' is not the name of a file")
        }
        let folder = path.removingLastComponent()
        let temporary = folder.appending(".\(name)\(marker)\(buildID)")
        do {
            let descriptor = try FileDescriptor.open(
                temporary, .readWrite,
                options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
                let code = Errno(rawValue: errno)
                try descriptor.close()
                throw code
            }
            return OutputFile(
                format: format, disk: disk, path: path, temporaryPath: temporary,
                descriptor: descriptor)
        } catch let error as Errno {
            throw BuildError(
                .environment, "cannot write into the output folder '\(folder)': \(error)",
                hint: disk == nil
                    ? "Name a folder that can be written with -o."
                    : "Give the disk '\(disk ?? "")' a directory that can be written.")
        }
    }

    /// The error of writing this output, with its name in front where its folder is full.
    package func explain(_ error: any Error) -> any Error {
        FullFolder.explain(
            error, during: "cannot write '\(path)'", in: path.removingLastComponent())
    }

    /// Removes the temporary file, where it still is, and lets go of the lock.
    func discard() throws {
        try OutputFile.remove(temporaryPath)
        try descriptor.close()
    }

    /// Whether a file's name is that of a temporary output file.
    static func isTemporary(_ name: String) -> Bool {
        name.hasPrefix(".") && name.contains(marker)
    }

    static func remove(_ path: FilePath) throws {
        guard unlink(path.string) != 0, errno != ENOENT else { return }
        throw BuildError(
            .buildFailed, "cannot remove '\(path)': \(Errno(rawValue: errno))")
    }
}
