// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Diagnostics
package import SystemPackage

/// The mounts of this process's namespace, /proc/self/mountinfo.
package enum MountTable {
    /// One mount that this process can reach.
    package struct Entry: Sendable {
        package var path: FilePath
        /// The type of the file system, such as "ext4".
        package var type: String
    }

    /// All mounts, in the order in which they were made.
    package static func entries() throws -> [Entry] {
        let text = String(
            decoding: try FileDescriptor.contents(of: "/proc/self/mountinfo"), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            // Any number of optional fields ends with "-"; the type follows.
            guard fields.count > 4, let end = fields.firstIndex(of: "-"), end + 1 < fields.count
            else { return nil }
            return Entry(path: FilePath(unescaped(fields[4])), type: unescaped(fields[end + 1]))
        }
    }

    /// The mount points below `folder`, itself not included, in the order in which they were made.
    package static func mountPoints(below folder: FilePath) throws -> [FilePath] {
        let prefix = folder.string.hasSuffix("/") ? folder.string : folder.string + "/"
        return try entries().map(\.path).filter { $0.string.hasPrefix(prefix) && $0 != folder }
    }

    /// Undoes every mount below `folder`, the latest first, and returns the mount points.
    ///
    /// Of the mounts at each path in `kept` the oldest one stays.
    package static func unmountAll(
        below folder: FilePath, except kept: [FilePath] = []
    ) throws -> [FilePath] {
        var staying = Set(kept)
        let found = try mountPoints(below: folder).filter { staying.remove($0) == nil }
        for path in found.reversed() {
            let result = clinux_unmount_path(path.string)
            guard result == 0 else {
                throw BuildError(
                    .buildFailed, "cannot unmount '\(path)'",
                    cause: Errno(rawValue: -result).description)
            }
        }
        return found
    }

    /// The kernel writes space, tab, line feed and backslash as "\" and three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
