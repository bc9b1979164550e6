// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem

/// What a finished tree must not carry into the image: temporary files and the build's logs.
package enum TreeCleaning {
    /// Empties /tmp and every file of /var/log, and removes *.log below /root.
    ///
    /// A folder that is missing, or that is a link, is passed over.
    package static func clean(_ tree: TreeRoot) throws {
        try tree.removeContents("/tmp")
        try tree.truncateFiles(below: "/var/log") { _ in true }
        try tree.removeFiles(below: "/root") { $0.hasSuffix(".log") }
    }
}
