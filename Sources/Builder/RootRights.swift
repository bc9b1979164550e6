// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// Whether a build can have root's rights: those of this process, or through sudo without a question.
enum RootRights {
    /// Why there are none; nil when there are.
    ///
    /// - Throws: `BuildError` when sudo cannot be started.
    static func failure(user: String, path: String) throws -> BuildError? {
        if UserAccount.effectiveID == 0 { return nil }
        guard let program = HostProgram.find("sudo", path: path) else {
            return error(user: user, cause: "sudo is not installed")
        }
        var sudo = Command(program.string, ["-n", "true"])
        // In a session of its own sudo would not find the password that the user gave on this
        // terminal a moment ago.
        sudo.newSession = false
        return try sudo.capture().status.isSuccess ? nil : error(user: user)
    }

    /// The one text of it.
    static func error(user: String, cause: String? = nil) -> BuildError {
        BuildError(
            .environment, "a build needs root, and sudo does not give it without a password",
            hint: "Run dibhost as root, or allow it: \(remedy(user: user))", cause: cause)
    }

    /// The command, for root, that lets the user build.
    static func remedy(user: String) -> String {
        "echo '\(user) ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/\(user)"
    }
}
