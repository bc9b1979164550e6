// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
internal import SystemPackage

/// The tree's /etc/resolv.conf during the build: the host's, so that hooks reach the network.
package enum ResolverFile {
    private static let path = "/etc/resolv.conf"
    /// Where the tree's own file waits; hooks of shell elements know this name.
    private static let original = "/etc/resolv.conf.ORIG"

    /// Puts the tree's own file or link aside and the host's content in its place.
    ///
    /// A tree without /etc is left as it is.
    package static func install(in tree: TreeRoot) throws {
        guard try tree.entry("/etc") != nil else { return }
        if try tree.entry(path) != nil { try tree.rename(path, to: original) }
        try tree.write(hostContents(), to: path)
    }

    /// Gives the tree its own file back.
    ///
    /// When a hook made the file a link or immutable (chattr +i), it meant to: that one stays, and
    /// the original is dropped. A tree that had no such file has none afterwards.
    package static func restore(in tree: TreeRoot) throws {
        guard try tree.entry("/etc") != nil else { return }
        if try isMeantToStay(in: tree) {
            try tree.remove(original)
            return
        }
        try tree.remove(path)
        if try tree.entry(original) != nil { try tree.rename(original, to: path) }
    }

    private static func isMeantToStay(in tree: TreeRoot) throws -> Bool {
        switch try tree.entry(path)?.kind {
        case .symbolicLink: true
        case .file: try tree.isImmutable(path)
        default: false
        }
    }

    /// The host's file; where the host has none, a resolver that answers everyone.
    private static func hostContents() -> [UInt8] {
        guard let bytes = try? FileDescriptor.contents(of: "/etc/resolv.conf"), !bytes.isEmpty
        else { return Array("nameserver 8.8.8.8\n".utf8) }
        return bytes
    }
}
