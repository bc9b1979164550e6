// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// What the system needs to know at its first boot, and what it must not remember of the build.
struct DebianFirstBoot {
    private let parameters: Parameters
    private let family: DebianFamily

    init(_ parameters: Parameters, family: DebianFamily) {
        self.parameters = parameters
        self.family = family
    }

    /// Host name, locale and network.
    ///
    /// The element base gives the host another name and lets it resolve.
    func configure(_ target: RootContext) throws {
        try target.writeFile("/etc/hostname", family.element + "\n")
        try target.writeFile(
            "/etc/hosts",
            """
            127.0.0.1 localhost
            ::1 localhost ip6-localhost ip6-loopback
            ff02::1 ip6-allnodes
            ff02::2 ip6-allrouters

            """)
        try target.writeFile("/etc/default/locale", "LANG=\(try parameters.text("locale"))\n")
        guard parameters.flag("dhcp") else {
            try target.remove("/etc/resolv.conf")
            return
        }
        try target.writeFile(
            "/etc/systemd/network/80-dhcp.network",
            """
            # Any Ethernet interface that no other file configures, whatever its name.
            [Match]
            Type=ether
            Kind=!*

            [Network]
            DHCP=yes

            """)
        try target.makeLink("/etc/resolv.conf", to: "../run/systemd/resolve/stub-resolv.conf")
    }

    /// Generates the locale unless it is one of those that need no data.
    func generateLocale(_ target: PostInstallContext) throws {
        let locale = try parameters.text("locale")
        let language = locale.prefix { $0 != "." }
        guard !["C", "POSIX"].contains(language) else { return }
        let encoding = locale.dropFirst(language.count + 1).prefix { $0 != "@" }
        let charset = encoding.isEmpty || encoding == "utf8" ? "UTF-8" : String(encoding)
        try target.appendLineIfMissing("\(locale) \(charset)", to: "/etc/locale.gen")
        try target.run("locale-gen")
    }

    /// Logs, and what must differ from one instance of the image to the next.
    func forget(_ target: CleanupContext) throws {
        try target.writeFile("/etc/machine-id", "", mode: 0o444)
        try target.remove("/var/lib/dbus/machine-id")
        try target.remove("/var/lib/systemd/random-seed")
        for path in [
            "/var/log/apt", "/var/log/dpkg.log", "/var/log/alternatives.log",
            "/var/log/bootstrap.log", "/var/log/unattended-upgrades",
        ] where try target.kind(of: path) == .file {
            try target.remove(path)
        }
        try DebianPackageCache.empty("/var/log/apt", of: target)
        for name in ["apt", "dpkg"] {
            for old in ["status-old", "diversions-old", "extended_states-old"] {
                try target.remove("/var/lib/\(name)/\(old)")
            }
        }
    }
}
