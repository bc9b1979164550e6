// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// What every image is expected to have below everything else.
///
/// That is a host name that resolves, cloud-init's folder for settings, and no identity
/// of the machine that built it. The manifest adds the one package that the original's base adds.
struct Base: Element, InstallPhase, FinalisePhase {
    init(_ parameters: Parameters) throws {}

    func install(_ target: InstallContext) throws {
        try setHostName(target)
        try makeHosts(target)
        try setCloudInit(target)
    }

    func finalise(_ target: FinaliseContext) throws {
        try forgetMachine(target)
        try forgetInitiator(target)
        try removeLeftovers(target)
    }

    /// The parameter wins; without it a name that is there stays, and a tree without one gets a
    /// placeholder.
    private func setHostName(_ target: InstallContext) throws {
        let path = "/etc/hostname"
        if let name = target.parameters["hostname"] {
            try target.writeFile(path, name + "\n")
        } else if try !target.exists(path) {
            try target.writeFile(path, (target.value(of: .distribution) ?? "localhost") + "\n")
        }
    }

    /// Adds what is missing: sudo and many daemons wait for a name service when the host's own name
    /// does not resolve.
    private func makeHosts(_ target: InstallContext) throws {
        let path = "/etc/hosts"
        let text = try target.exists(path) ? try target.readFile(path) : ""
        let known = Set(
            text.split(separator: "\n").filter { !$0.hasPrefix("#") }
                .flatMap { $0.split { $0.isWhitespace }.dropFirst() })
        let hostName = try target.readFile("/etc/hostname").prefix { !$0.isWhitespace }
        var lines: [String] = []
        if !known.contains("localhost") { lines.append("127.0.0.1 localhost") }
        if !known.contains("ip6-localhost") {
            lines.append("::1 localhost ip6-localhost ip6-loopback")
        }
        if !hostName.isEmpty, hostName != "localhost", !known.contains(hostName) {
            lines.append("127.0.1.1 \(hostName)")
        }
        guard !lines.isEmpty else { return }
        let separator = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
        try target.writeFile(path, text + separator + lines.joined(separator: "\n") + "\n")
    }

    private func setCloudInit(_ target: InstallContext) throws {
        let folder = "/etc/cloud/cloud.cfg.d"
        try target.makeFolder(folder)
        guard let manage = target.parameters["cloud-init-etc-hosts"], !manage.isEmpty else {
            return
        }
        try target.writeFile("\(folder)/10_etc_hosts.cfg", "manage_etc_hosts: \(manage)\n")
    }

    /// The name that the package of the iSCSI initiator made up when it was installed; another one was meant.
    private func forgetInitiator(_ target: FinaliseContext) throws {
        let path = "/etc/iscsi/initiatorname.iscsi"
        guard try target.kind(of: path) == .file else { return }
        let text = try target.readFile(path)
        if text.contains("InitiatorName=iqn.1993-08.org.debian:01:") {
            // The words by which Debian's open-iscsi asks itself to choose a name at the first start.
            try target.writeFile(path, "GenerateName=yes\n", mode: 0o600)
        } else if ["iqn.1994-05.com.redhat:", "iqn.1996-04.de.suse:01:"].contains(where: {
            text.contains("InitiatorName=\($0)")
        }) {
            // There a unit chooses one when the file is missing.
            try target.remove(path)
        }
    }

    /// An empty file, unlike none, makes systemd choose an identity at the first start of each
    /// machine.
    private func forgetMachine(_ target: FinaliseContext) throws {
        if try target.exists("/etc/machine-id") {
            try target.writeFile("/etc/machine-id", "", mode: 0o444)
        }
        // Where it is a link to the file above it is right as it is.
        if try target.kind(of: "/var/lib/dbus/machine-id") == .file {
            try target.remove("/var/lib/dbus/machine-id")
        }
        for path in ["/var/lib/systemd/random-seed", "/var/lib/systemd/credential.secret"] {
            try target.remove(path)
        }
    }

    /// Copies that package scripts and user tools keep of files before they changed them.
    private func removeLeftovers(_ target: FinaliseContext) throws {
        let accounts = ["passwd", "group", "shadow", "gshadow", "subuid", "subgid"]
        for name in accounts { try target.remove("/etc/\(name)-") }
        for folder in ["/var/lib/dpkg", "/var/cache/debconf"] where try target.exists(folder) {
            for name in try target.list(folder) where name.hasSuffix("-old") {
                try target.remove("\(folder)/\(name)")
            }
        }
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Base.self, host)
}
