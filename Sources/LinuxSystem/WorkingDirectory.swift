// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// The folder that relative paths of this process begin at.
package enum WorkingDirectory {
    /// `path` itself when it is absolute, else `path` below the working directory; getcwd(3).
    package static func absolute(_ path: FilePath) throws(Errno) -> FilePath {
        guard path.isRelative else { return path }
        guard let current = getcwd(nil, 0) else { throw Errno(rawValue: errno) }
        defer { free(current) }
        return FilePath(platformString: current).pushing(path).lexicallyNormalized()
    }
}
