// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// A folder that did not exist before, mkdir(2).
package enum NewFolder {
    /// Makes the folder; nobody else may write to it, whatever the umask.
    ///
    /// dibhost loads no plugin from a folder that others can write to. What has the name already, a link that leads nowhere too, is `Errno.fileExists`.
    package static func make(_ path: FilePath) throws(Errno) {
        guard path.withPlatformString({ mkdir($0, 0o755) }) == 0 else {
            throw Errno(rawValue: errno)
        }
    }
}
