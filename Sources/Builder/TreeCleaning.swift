// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem

/// What a finished tree must not carry into the image: temporary files, the build's logs, and a cache of the linker's
/// that names the inodes of the build's file system.
package enum TreeCleaning {
    /// Empties /tmp and every file of /var/log, and removes *.log below /root and ldconfig's auxiliary cache.
    ///
    /// A folder that is missing, or that is a link, is passed over.
    package static func clean(_ tree: TreeRoot) throws {
        try tree.removeContents("/tmp")
        try tree.truncateFiles(below: "/var/log") { _ in true }
        try tree.removeFiles(below: "/root") { $0.hasSuffix(".log") }
        try tree.removeFiles(below: "/var/cache/ldconfig") { $0 == "aux-cache" }
    }
}
