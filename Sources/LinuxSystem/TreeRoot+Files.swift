// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import Diagnostics
internal import Glibc
internal import SystemPackage

extension TreeRoot {
    /// What a name in the tree stands for; a symbolic link stands for itself.
    package struct Entry: Equatable, Sendable {
        package enum Kind: Equatable, Sendable { case file, folder, symbolicLink, other }
        package var kind: Kind
        /// The permission bits, set-id and sticky bits included.
        package var mode: UInt32
        package var user: UInt32
        package var group: UInt32
        package var size: ByteCount
    }

    /// What the last component of `path` is; nil when there is no such name.
    package func entry(_ path: String) throws -> Entry? {
        let number = openNumber(path, clinux_o_path | O_NOFOLLOW)
        if number == -ENOENT || number == -ENOTDIR { return nil }
        guard number >= 0 else { throw error("look at", path, Errno(rawValue: -number)) }
        let file = OwnedDescriptor(FileDescriptor(rawValue: number))
        var status = stat()
        try check(fstat(file.descriptor.rawValue, &status), "look at", path)
        let kind: Entry.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .symbolicLink
            default: .other
            }
        return Entry(
            kind: kind, mode: status.st_mode & 0o7777, user: status.st_uid, group: status.st_gid,
            size: ByteCount(Int64(status.st_size)))
    }

    /// The bytes of a file, a link followed inside the tree; nil when there is none.
    package func contents(_ path: String) throws -> [UInt8]? {
        let number = openNumber(path, O_RDONLY | O_NONBLOCK)
        if number == -ENOENT || number == -ENOTDIR { return nil }
        guard number >= 0 else { throw error("read", path, Errno(rawValue: -number)) }
        let file = OwnedDescriptor(FileDescriptor(rawValue: number))
        do {
            return try file.descriptor.contents()
        } catch let errno as Errno {
            throw error("read", path, errno)
        }
    }

    /// Writes a whole file, made new or emptied first; its mode is set whether it is new or not.
    ///
    /// A link is followed inside the tree. Anything but a regular file is refused.
    package func write(
        _ contents: some Sequence<UInt8>, to path: String, mode: UInt32 = 0o644,
        owner: (user: UInt32, group: UInt32)? = nil
    ) throws {
        let number = openNumber(path, O_WRONLY | O_CREAT | O_NONBLOCK, mode: mode)
        guard number >= 0 else { throw error("write", path, Errno(rawValue: -number)) }
        let file = OwnedDescriptor(FileDescriptor(rawValue: number))
        var status = stat()
        try check(fstat(number, &status), "write", path)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw error("write", path, .notSupported)
        }
        try check(ftruncate(number, 0), "write", path)
        do {
            try file.descriptor.writeAll(contents)
            if let owner { try check(fchown(number, owner.user, owner.group), "write", path) }
            try check(fchmod(number, mode), "write", path)
            try file.close()
        } catch let errno as Errno {
            throw error("write", path, errno)
        }
    }

    /// Makes a folder and those above it that are missing; one that exists keeps its mode.
    package func makeFolder(_ path: String, mode: UInt32 = 0o755) throws {
        var partial = ""
        for component in path.split(separator: "/") {
            partial += "/" + component
            let found = openNumber(partial, clinux_o_path | O_DIRECTORY)
            if found >= 0 {
                try FileDescriptor(rawValue: found).close()
                continue
            }
            guard found == -ENOENT else { throw error("make", partial, Errno(rawValue: -found)) }
            try withParent("make", partial) { folder, name in
                try check(mkdirat(folder, name, mode), "make", partial)
                try check(fchmodat(folder, name, mode, 0), "make", partial)
            }
        }
    }

    /// Makes a symbolic link at `path` that holds `target`.
    package func makeLink(_ path: String, to target: String) throws {
        try withParent("make the link", path) { folder, name in
            try check(symlinkat(target, folder, name), "make the link", path)
        }
    }

    /// What the symbolic link at `path` holds; nil when it is none.
    package func linkTarget(_ path: String) throws -> String? {
        guard try entry(path)?.kind == .symbolicLink else { return nil }
        return try withParent("read the link", path) { folder, name in
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            guard readlinkat(folder, name, &buffer, Int(PATH_MAX)) >= 0 else {
                throw error("read the link", path, Errno(rawValue: errno))
            }
            return String(
                decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Renames an entry, not following a link, and replaces what is at `target`.
    package func rename(_ path: String, to target: String) throws {
        try withParent("rename", path) { from, oldName in
            try withParent("rename", target) { to, newName in
                try check(renameat(from, oldName, to, newName), "rename", path)
            }
        }
    }
}
