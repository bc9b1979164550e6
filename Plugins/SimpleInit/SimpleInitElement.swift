// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import SimpleInitManifest

/// Reads the machine's metadata without cloud-init: two units that run the script beside this file, one before the
/// network is set up and one when it is.
struct SimpleInit: Element, InstallPhase {
    private static let script = "/usr/lib/dibhost/read-metadata"
    private static let units = "/etc/systemd/system"

    private let wait: Int

    init(_ parameters: Parameters) throws {
        wait = try parameters.integer("wait") ?? 60
        guard (1...3600).contains(wait) else {
            throw ElementError(
                "simple-init.wait is \(wait) seconds", hint: "Set it to 1 to 3600 seconds.")
        }
    }

    func install(_ target: InstallContext) throws {
        try target.makeFolder("/usr/lib/dibhost")
        try target.writeFile(Self.script, String(cString: read_metadata_script()), mode: 0o755)
        try target.makeFolder("/etc/dibhost")
        try target.writeFile("/etc/dibhost/simple-init.json", "{\"wait\": \(wait)}\n")
        try add("instance-metadata-drive.service", Self.driveUnit, to: "sysinit.target", target)
        try add("instance-metadata.service", Self.serviceUnit, to: "multi-user.target", target)
        try makeUser(target)
    }

    private func add(
        _ name: String, _ text: String, to wantedBy: String, _ target: InstallContext
    ) throws {
        let wants = "\(Self.units)/\(wantedBy).wants"
        try target.makeFolder(wants)
        try target.writeFile("\(Self.units)/\(name)", text)
        try target.makeLink("\(wants)/\(name)", to: "../\(name)")
    }

    /// The default user, whom cloud-init would make at the first boot: locked, and with root's rights by sudo.
    private func makeUser(_ target: InstallContext) throws {
        let settings = try target.readFile("/etc/dibhost/metadata.json")
        guard let name = settings.split(separator: "\"").dropFirst(3).first, name != "root" else {
            return
        }
        if try target.account(named: String(name)) == nil {
            try target.run(
                "useradd",
                ["--create-home", "--shell", "/bin/bash", "--password", "!", String(name)])
        }
        try target.makeFolder("/etc/sudoers.d")
        try target.writeFile(
            "/etc/sudoers.d/90-default-user", "\(name) ALL=(ALL) NOPASSWD:ALL\n", mode: 0o440)
    }

    private static let driveUnit = """
        # Written by dibhost's element simple-init.
        [Unit]
        Description=Metadata of this machine, from a drive
        DefaultDependencies=no
        Wants=network-pre.target
        After=local-fs.target systemd-udev-settle.service systemd-udev-trigger.service
        Before=network-pre.target sysinit.target shutdown.target
        Conflicts=shutdown.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        # Drives show up when udev has looked at all that was there when it started.
        ExecStartPre=-/usr/bin/udevadm settle --timeout=90
        ExecStart=\(script) drive

        [Install]
        WantedBy=sysinit.target

        """

    private static let serviceUnit = """
        # Written by dibhost's element simple-init.
        [Unit]
        Description=Metadata of this machine, from the service of its cloud
        After=instance-metadata-drive.service network.target
        Before=ssh.service ssh.socket sshd.service sshd.socket hand-over.service

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=\(script) service
        TimeoutStartSec=infinity

        [Install]
        WantedBy=multi-user.target

        """
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(SimpleInit.self, host)
}
