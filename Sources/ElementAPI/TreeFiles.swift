// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The files of the target tree, by their paths below it: "/etc/hosts" is the image's.
///
/// Links are followed as if the tree were the root folder, so nothing in the tree can lead a call
/// out of it. A call that makes, replaces or removes an entry follows links in the folders of the
/// path, but never the entry itself.
public protocol TreeFiles {
    /// The connection to the host.
    var services: HostServices { get }
}

/// What an entry of the tree is.
public enum FileKind: Sendable, Equatable {
    /// A regular file.
    case file
    /// A folder.
    case folder
    /// A symbolic link.
    case link
    /// A device, a socket or a pipe.
    case other
}

extension TreeFiles {
    /// Whether the path leads to something; a link that leads nowhere does not exist.
    public func exists(_ path: String) throws -> Bool {
        let descriptor = try openTarget(path, Self.openPathOnly)
        guard descriptor >= 0 else {
            if [-ENOENT, -ENOTDIR, -ELOOP].contains(descriptor) { return false }
            throw fileError("look up", path, descriptor)
        }
        close(descriptor)
        return true
    }

    /// What the entry at the path is, without following it when it is a link; nil when there is
    /// none.
    public func kind(of path: String) throws -> FileKind? {
        let folder = try openParent(path)
        guard folder >= 0 else {
            if folder == -ENOENT || folder == -ENOTDIR { return nil }
            throw fileError("look up", path, folder)
        }
        defer { close(folder) }
        var status = stat()
        guard fstatat(folder, lastComponent(path), &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw fileError("look up", path, errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// The contents of a file as text.
    public func readFile(_ path: String) throws -> String {
        String(decoding: try readBytes(path), as: UTF8.self)
    }

    /// The contents of a regular file; a pipe or a device node, which might never end, is an error.
    public func readBytes(_ path: String) throws -> [UInt8] {
        let descriptor = try openTarget(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { throw fileError("read", path, descriptor) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw fileError("read", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ElementError("cannot read '\(path)' in the target tree: it is no regular file")
        }
        return try readAll(descriptor, path)
    }

    /// The names in a folder, sorted, without "." and "..".
    public func list(_ path: String) throws -> [String] {
        let descriptor = try openTarget(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw fileError("list", path, descriptor) }
        return try entries(descriptor, path)
    }

    /// Writes a file as a whole: readers see the old contents or the new ones.
    ///
    /// A link at the path is replaced.
    ///
    /// - Parameters:
    ///   - path: Its folder must exist.
    ///   - contents: The new contents.
    ///   - mode: The permission bits.
    ///   - user: A name of the tree's /etc/passwd, or a number.
    ///   - group: A name of the tree's /etc/group, or a number; nil is the user's own group.
    /// - Throws: `ElementError` that names the path.
    public func writeFile(
        _ path: String, _ contents: String, mode: UInt32 = 0o644, user: String = "root",
        group: String? = nil
    ) throws {
        try writeFile(path, bytes: Array(contents.utf8), mode: mode, user: user, group: group)
    }

    /// Writes bytes as a file, like `writeFile` with text.
    public func writeFile(
        _ path: String, bytes: [UInt8], mode: UInt32 = 0o644, user: String = "root",
        group: String? = nil
    ) throws {
        let owner = try owner(user, group)
        let folder = try openParent(path)
        guard folder >= 0 else { throw fileError("write", path, folder) }
        defer { close(folder) }
        let name = lastComponent(path)
        let temporary = ".\(name.prefix(200)).dibhost-\(getpid())"
        unlinkat(folder, temporary, 0)
        let file = openat(
            folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw fileError("write", path, errno) }
        var failure = writeAll(file, bytes)
        if failure == 0, fchown(file, owner.user, owner.group) != 0 { failure = errno }
        if failure == 0, fchmod(file, mode_t(mode)) != 0 { failure = errno }
        if close(file) != 0, failure == 0 { failure = errno }
        if failure == 0, renameat(folder, temporary, folder, name) != 0 { failure = errno }
        guard failure == 0 else {
            unlinkat(folder, temporary, 0)
            throw fileError("write", path, failure)
        }
    }

    /// Adds a line at the end of a file unless the file has that line; makes the file when there is
    /// none.
    ///
    /// - Returns: Whether the line was added.
    @discardableResult
    public func appendLineIfMissing(
        _ line: String, to path: String, mode: UInt32 = 0o644
    ) throws -> Bool {
        let text = try exists(path) ? try readFile(path) : ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.contains(Substring(line)) { return false }
        let separator = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
        let descriptor = try openTarget(path, O_WRONLY | O_CREAT | O_APPEND, mode)
        guard descriptor >= 0 else { throw fileError("write", path, descriptor) }
        defer { close(descriptor) }
        let failure = writeAll(descriptor, Array((separator + line + "\n").utf8))
        guard failure == 0 else { throw fileError("write", path, failure) }
        return true
    }

    /// Makes a symbolic link; another link or file at the path is replaced.
    public func makeLink(_ path: String, to target: String) throws {
        let folder = try openParent(path)
        guard folder >= 0 else { throw fileError("make", path, folder) }
        defer { close(folder) }
        let name = lastComponent(path)
        let temporary = ".\(name.prefix(200)).dibhost-\(getpid())"
        unlinkat(folder, temporary, 0)
        guard symlinkat(target, folder, temporary) == 0,
            renameat(folder, temporary, folder, name) == 0
        else {
            let failure = errno
            unlinkat(folder, temporary, 0)
            throw fileError("make", path, failure)
        }
    }
}
