// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Diagnostics
package import SystemPackage

/// The mounts of this process's namespace, /proc/self/mountinfo.
package enum MountTable {
    /// The mount points below `folder`, itself not included, in the order in which they were made.
    package static func mountPoints(below folder: FilePath) throws -> [FilePath] {
        let text = String(
            decoding: try FileDescriptor.contents(of: "/proc/self/mountinfo"), as: UTF8.self)
        let prefix = folder.string.hasSuffix("/") ? folder.string : folder.string + "/"
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 4 else { return nil }
            let path = unescaped(fields[4])
            return path.hasPrefix(prefix) ? FilePath(path) : nil
        }
    }

    /// Undoes every mount below `folder`, the latest first, and returns the mount points.
    ///
    /// The mount points in `kept` stay, with those below them.
    package static func unmountAll(
        below folder: FilePath, except kept: [FilePath] = []
    ) throws -> [FilePath] {
        let found = try mountPoints(below: folder).filter { path in
            !kept.contains { path.starts(with: $0) }
        }
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
