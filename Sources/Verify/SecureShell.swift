// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import LinuxSystem
internal import SystemPackage

/// The machine as somebody sees it who logs in by ssh(1) as its default user.
struct SecureShell {
    let user: String
    let port: UInt16
    let interrupt: FileDescriptor?

    /// Makes a pair of keys and returns the public one, a line of authorized_keys(5).
    static func makeKey(_ file: FilePath) throws -> String {
        try Command(
            "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "verify", "-f", file.string]
        )
        .checkedOutput()
        let text = try FileDescriptor.contents(of: FilePath(file.string + ".pub"))
        return String(decoding: text, as: UTF8.self).filter { $0 != "\n" }
    }

    /// How often a connection that cannot be made is tried, two seconds apart.
    private static let tries = 45

    /// Runs a shell command on the machine, on which somebody has logged in before.
    ///
    /// First boots restart sshd: a connection that cannot be made is tried again.
    func runPatiently(
        _ command: String, key: FilePath, deadline: Duration = .seconds(180)
    ) throws -> Command.Captured {
        var captured = try run(command, key: key, deadline: deadline)
        // ssh(1) ends with 255 when it, and not the command, has failed.
        for _ in 1..<Self.tries where captured.status == .exited(255) {
            try Command("sleep", ["2"]).checkedOutput(limits: .init(interrupt: interrupt))
            captured = try run(command, key: key, deadline: deadline)
        }
        return captured
    }

    /// Runs a shell command on the machine.
    func run(
        _ command: String, key: FilePath, deadline: Duration = .seconds(180)
    ) throws -> Command.Captured {
        try ssh(
            ["-o", "IdentityFile=\(key)", "-o", "PasswordAuthentication=no"], command, deadline)
    }

    /// The ways of logging in that sshd offers to somebody who has shown nothing; nil when no sshd answers.
    func methods() throws -> [String]? {
        let captured = try ssh(
            ["-o", "PreferredAuthentications=none", "-o", "IdentityFile=none"], "true", .seconds(30)
        )
        // ssh(1) tells them in no other way than its message: "user@host: Permission denied (publickey,password)."
        for line in captured.errorLines.reversed() where line.contains("denied (") {
            let list = line.split(separator: "(").last?.prefix { $0 != ")" } ?? ""
            return list.split(separator: ",").map(String.init)
        }
        return captured.status.isSuccess ? ["none"] : nil
    }

    private func ssh(
        _ options: [String], _ command: String, _ deadline: Duration
    ) throws -> Command.Captured {
        let common = [
            "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=15", "-o", "LogLevel=ERROR",
            "-o", "IdentityAgent=none", "-p", "\(port)", "-l", user,
        ]
        return try Command("ssh", common + options + ["127.0.0.1", "--", command])
            .capture(limits: .init(deadline: deadline, interrupt: interrupt))
    }
}
