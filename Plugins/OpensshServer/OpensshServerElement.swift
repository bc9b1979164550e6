// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// The SSH server, which starts with the machine and believes keys.
///
/// The manifest brings the package, and the element runtime-ssh-host-keys sees to it that no two machines have the
/// same host keys.
struct OpensshServer: Element, PostInstallPhase {
    /// The settings, in a file that comes before those of the distribution: of two values the first counts,
    /// sshd_config(5).
    private static let folder = "/etc/ssh/sshd_config.d"
    private static let mainFile = "/etc/ssh/sshd_config"

    private let settings: String

    init(_ parameters: Parameters) throws {
        let password = parameters.flag("password-login") ? "yes" : "no"
        settings = """
            # Written by dibhost's element openssh-server.
            PasswordAuthentication \(password)
            KbdInteractiveAuthentication \(password)
            PermitRootLogin \(try parameters.text("root-login"))

            """
    }

    func postInstall(_ target: PostInstallContext) throws {
        guard try target.exists("/usr/sbin/sshd") else {
            throw ElementError(
                "the image has no /usr/sbin/sshd",
                hint: "Add the distribution's package of the OpenSSH server with -p.")
        }
        try writeSettings(target)
        try enable(target)
    }

    private func writeSettings(_ target: PostInstallContext) throws {
        // openSUSE has the distribution's own file below /usr/etc.
        let main = try target.exists(Self.mainFile) ? try target.readFile(Self.mainFile) : nil
        let isIncluded = main.map { text in
            text.split(separator: "\n").contains { line in
                line.lowercased().hasPrefix("include") && line.contains(Self.folder)
            }
        }
        guard isIncluded == false, let main else {
            try target.makeFolder(Self.folder)
            return try target.writeFile("\(Self.folder)/10-dibhost.conf", settings, mode: 0o600)
        }
        try target.writeFile(Self.mainFile, settings + main, mode: 0o600)
    }

    /// Has the server start with the machine, by the name that its unit has in this distribution.
    private func enable(_ target: PostInstallContext) throws {
        for unit in ["ssh.service", "sshd.service"] {
            let path = "/usr/lib/systemd/system/\(unit)"
            guard try target.exists(path) || target.exists("/lib/systemd/system/\(unit)") else {
                continue
            }
            return try target.run("systemctl", ["--quiet", "enable", unit])
        }
        throw ElementError(
            "the image has neither ssh.service nor sshd.service",
            hint: "Use an operating system with systemd, or enable its SSH server in an element.")
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(OpensshServer.self, host)
}
