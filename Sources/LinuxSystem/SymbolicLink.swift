// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// Reads symbolic links.
package enum SymbolicLink {
    /// What the link holds, readlink(2); nil when `path` is no symbolic link or cannot be read.
    package static func target(of path: FilePath) -> FilePath? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let length = path.withPlatformString { readlink($0, start, Int(PATH_MAX)) }
            guard length >= 0 else { return nil }
            buffer[length] = 0
            return FilePath(platformString: start)
        }
    }
}
