// SPDX-License-Identifier: Apache-2.0

internal import CLinux
package import Glibc
package import SystemPackage

/// One file, folder, link or node of a tree, as `TreeWalk` hands it on.
///
/// Names are bytes: Linux demands no encoding of them.
package struct TreeEntry: Sendable {
    package enum Kind: Sendable {
        case file, folder, link, characterDevice, blockDevice, fifo, socket
    }

    /// The folder that holds it, open only during the visit.
    package let parent: FileDescriptor
    /// The name in `parent`; "." for the root of the tree.
    package let name: [UInt8]
    /// The path below the root without a leading slash; empty for the root.
    package let path: [UInt8]
    package let status: stat
    /// Whether it is a folder that another file system, or a bind mount, covers; `TreeWalk` never enters one.
    package let isMountPoint: Bool

    package var kind: Kind {
        switch status.st_mode & S_IFMT {
        case S_IFDIR: .folder
        case S_IFLNK: .link
        case S_IFCHR: .characterDevice
        case S_IFBLK: .blockDevice
        case S_IFIFO: .fifo
        case S_IFSOCK: .socket
        default: .file
        }
    }

    /// When the content was changed last, in seconds since 1970.
    package var modificationTime: Int64 { Int64(status.st_mtim.tv_sec) }

    /// The path for messages.
    package var displayPath: String { "/" + String(decoding: path, as: UTF8.self) }

    /// Opens the file or folder for reading; never follows a link, never waits for a FIFO's writer.
    package func open() throws(Errno) -> FileDescriptor {
        let number = withCString(name) { clinux_open_entry(parent.rawValue, $0, 0) }
        guard number >= 0 else { throw Errno(rawValue: -number) }
        return FileDescriptor(rawValue: number)
    }

    /// The text of a symbolic link, readlinkat(2).
    package func linkTarget() throws(Errno) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = withCString(name) { name in
            buffer.withUnsafeMutableBytes { target in
                target.withMemoryRebound(to: CChar.self) { target in
                    target.baseAddress.map { readlinkat(parent.rawValue, name, $0, target.count) }
                        ?? 0
                }
            }
        }
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return Array(buffer.prefix(count))
    }

    /// All extended attributes with their values, sorted by name; of a link its own, not its target's.
    ///
    /// Through /proc/self/fd, because there is no system call that takes a folder and a name.
    package func extendedAttributes() throws(Errno) -> [(name: [UInt8], value: [UInt8])] {
        let location = Array("/proc/self/fd/\(parent.rawValue)/".utf8) + name
        let list = try ExtendedAttributes.names(at: location)
        var attributes: [(name: [UInt8], value: [UInt8])] = []
        for attribute in list.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let value = try ExtendedAttributes.value(of: attribute, at: location) else {
                continue
            }
            attributes.append((attribute, value))
        }
        return attributes
    }

    /// Sets the time of last change, and of last access to the same; utimensat(2) on the entry itself.
    package func setModificationTime(_ seconds: Int64) throws(Errno) {
        let time = timespec(tv_sec: Int(seconds), tv_nsec: 0)
        let result = withCString(name) {
            utimensat(parent.rawValue, $0, [time, time], AT_SYMLINK_NOFOLLOW)
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}

/// Calls `body` with `bytes` as a C string.
package func withCString<Result>(
    _ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
) -> Result {
    (bytes + [0]).withUnsafeBytes { raw in
        raw.withMemoryRebound(to: CChar.self) { buffer in
            guard let start = buffer.baseAddress else { return body("") }
            return body(start)
        }
    }
}
