// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Diagnostics
internal import Glibc
package import SystemPackage

/// A folder that is seen as "/": every path of these calls is resolved inside it, links included.
///
/// A target tree holds what hooks put there, so that a path into it may lead anywhere: `etc` may be
/// a link to the host's /etc. openat2(2) with RESOLVE_IN_ROOT follows such a link to the tree's own
/// /etc. Paths may begin with "/" or not. Errors name the path as the tree's users see it.
package final class TreeRoot: Sendable {
    /// The folder, for reading; stays this object's.
    package let descriptor: FileDescriptor
    /// The folder as the host sees it, for messages and for programs that need a path.
    package let path: FilePath
    /// Where further file systems of the tree are mounted, as absolute paths in it: they are parts of the tree, other
    /// mounts are not.
    package let volumes: [String]

    /// - Throws: `BuildError` when `path` is no folder or is a link.
    package init(_ path: FilePath, volumes: [String] = []) throws {
        self.path = path
        self.volumes = volumes
        let number = openat(AT_FDCWD, path.string, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else {
            throw BuildError(
                .buildFailed, "cannot open the folder '\(path)'",
                cause: Errno(rawValue: errno).description)
        }
        descriptor = FileDescriptor(rawValue: number)
    }

    deinit { try? descriptor.close() }

    /// The error for an operation on a path in the tree.
    func error(_ operation: String, _ path: String, _ errno: Errno) -> BuildError {
        BuildError(
            .buildFailed, "cannot \(operation) '\(path)' in the tree '\(self.path)'",
            cause: errno.description)
    }

    /// openat2(2) in the tree; flags are those of open(2).
    func openNumber(_ path: String, _ flags: Int32, mode: UInt32 = 0) -> Int32 {
        clinux_open_in_root(descriptor.rawValue, path, flags, mode)
    }

    /// The folder that holds the last component of `path`, links on the way resolved inside the
    /// tree, and that component.
    func withParent<Result>(
        _ operation: String, _ path: String, _ body: (Int32, String) throws -> Result
    ) throws -> Result {
        let components = path.split(separator: "/", omittingEmptySubsequences: true)
        guard let name = components.last, name != "..", name != "." else {
            throw error(operation, path, .invalidArgument)
        }
        let parent = "/" + components.dropLast().joined(separator: "/")
        let number = openNumber(parent, clinux_o_path | O_DIRECTORY)
        guard number >= 0 else { throw error(operation, path, Errno(rawValue: -number)) }
        let folder = OwnedDescriptor(FileDescriptor(rawValue: number))
        return try body(folder.descriptor.rawValue, String(name))
    }

    /// Throws the last error of a system call that did not return 0.
    func check(_ result: Int32, _ operation: String, _ path: String) throws {
        guard result == 0 else { throw error(operation, path, Errno(rawValue: errno)) }
    }
}
