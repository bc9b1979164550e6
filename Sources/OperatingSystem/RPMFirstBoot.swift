// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// What the system needs to know at its first boot, and what it must not remember of the build.
struct RPMFirstBoot {
    private let distribution: RPMDistribution

    init(_ distribution: RPMDistribution) { self.distribution = distribution }

    /// Host name and locale; NetworkManager asks for an address on every Ethernet interface by itself.
    func configure(_ target: RootContext) throws {
        try target.writeFile("/etc/hostname", distribution.element + "\n")
        if try target.kind(of: "/etc/locale.conf") == nil {
            try target.writeFile("/etc/locale.conf", "LANG=C.UTF-8\n")
        }
        try forgetIdentity(target)
    }

    /// Forgets what packages of the base transaction made up at random; what a later hook writes there stays.
    ///
    /// Units of the packages make it anew at the first start: iscsi-init.service, sshd-keygen and its like.
    func forgetIdentity(_ target: some HookContext) throws {
        try target.remove("/etc/iscsi/initiatorname.iscsi")
        guard try target.kind(of: "/etc/ssh") == .folder else { return }
        for name in try target.list("/etc/ssh")
        where name.hasPrefix("ssh_host_") && (name.hasSuffix("_key") || name.hasSuffix("_key.pub"))
        {
            try target.remove("/etc/ssh/\(name)")
        }
    }

    /// What must differ from one instance of the image to the next.
    func forget(_ target: FinaliseContext) throws {
        try target.writeFile("/etc/machine-id", "", mode: 0o444)
        for path in [
            "/var/lib/dbus/machine-id", "/var/lib/systemd/random-seed",
            "/var/lib/NetworkManager/secret_key",
        ] { try target.remove(path) }
    }
}
