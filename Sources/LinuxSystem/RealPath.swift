// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// Resolves symbolic links.
package enum RealPath {
    /// The absolute path without symbolic links, realpath(3); nil when `path` leads nowhere.
    package static func of(_ path: FilePath) -> FilePath? {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }
}
