// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// Signed repositories of packages in RPM's format, made once in a run of the tests by rpmbuild, rpmsign and
/// createrepo_c.
///
///     www/main        a system of busybox that provides all that the elements ask for; index and packages signed
///     www/tools       iscsi-initiator-utils, open-iscsi and hello: what the element base asks for, and one more
///     www/unsigned    the same without signatures, below a signed index
///     www/foreign     the same signed by a stranger, below a signed index
///     www/foreign-index, www/unsigned-index: signed packages below an index of a stranger's, or of nobody's
///     www/chroot      tools that bring this machine's dnf and zypper into the tree
///     www/registered  a stand-in for subscription-manager that records, see `standIn`
///     www/fedora, www/opensuse, www/el, www/rhel: links to these where the distributions' servers have them
package struct RPMRepositories: Sendable {
    /// What the servers show.
    package let folder: FilePath
    private let keys: FilePath

    private static let made = Result {
        try RPMRepositories(in: RunFolder.made("test-rpm", by: make))
    }

    /// The repositories; the first call of the run makes them, and others meanwhile wait.
    package static func shared() throws -> RPMRepositories { try made.get() }

    /// A file of keys: "vendor.asc", "vendor.gpg", "stranger.asc", "expired.asc" or "expired-and-vendor.asc".
    package func key(_ name: String) -> String { keys.appending(name).string }

    private init(in folder: FilePath) throws {
        self.folder = folder.appending("www")
        keys = folder.appending("keys")
    }

    private static func make(in folder: FilePath) throws {
        try Command("mkdir", [folder.string]).checkedOutput()
        try TextFile.writeScript(standIn + "\n", to: folder.appending("stand-in"))
        let plugins = BuiltProducts.repository.appending("Plugins")
        // gpg-agent's socket has a short path only below /tmp.
        try Command("bash", ["-c", makeScript, "bash", plugins.string, folder.string])
            .checkedOutput()
    }
}
