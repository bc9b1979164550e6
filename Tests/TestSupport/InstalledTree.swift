// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// What `make install-products` makes of the products under test.
package enum InstalledTree {
    /// The prefix of the tree that tests share.
    package static let prefix: FilePath = "/opt/dibhost"

    private static let destination = BuiltProducts.folder.appending("test-install")
    private static let made = Result { () throws -> FilePath in
        let lock = try FileDescriptor.open(
            BuiltProducts.folder.appending("test-install.lock"), .readWrite,
            options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        defer { try? lock.close() }
        guard flock(lock.rawValue, LOCK_EX) == 0 else { throw Errno(rawValue: errno) }
        try Command("rm", ["-rf", "--", destination.string]).checkedOutput()
        try make("install-products", prefix: prefix.string, destination: destination.string)
        return destination.appending("opt/dibhost")
    }

    /// A tree that was installed for `prefix` and lies elsewhere; tests only read it.
    package static func shared() throws -> FilePath { try made.get() }

    /// Runs one of the Makefile's targets for installing.
    @discardableResult
    package static func make(
        _ target: String, prefix: String, destination: String = ""
    ) throws -> String {
        var variables = ProcessEnvironment.current
        // This make is not a part of the one that runs the tests.
        for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL"] { variables[name] = nil }
        var command = Command(
            "make",
            [
                "--no-print-directory", target, "PRODUCTS=\(BuiltProducts.folder)",
                "PREFIX=\(prefix)", "DESTDIR=\(destination)",
            ], environment: variables)
        command.workingDirectory = BuiltProducts.repository
        return try command.checkedOutput()
    }
}
