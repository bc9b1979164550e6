// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Takes the SSH host keys out of the image, and has each machine make its own before sshd starts.
struct RuntimeSshHostKeys: Element, InstallPhase, FinalisePhase {
    private static let unit = "ssh-host-keys.service"

    init(_ parameters: Parameters) throws {}

    func install(_ target: InstallContext) throws {
        let folder = "/etc/systemd/system"
        let wants = "\(folder)/multi-user.target.wants"
        try target.makeFolder(wants)
        try target.writeFile("\(folder)/\(Self.unit)", Self.text)
        try target.makeLink("\(wants)/\(Self.unit)", to: "../\(Self.unit)")
    }

    func finalise(_ target: FinaliseContext) throws {
        guard try target.kind(of: "/etc/ssh") == .folder else { return }
        for name in try target.list("/etc/ssh")
        where name.hasPrefix("ssh_host_") && (name.hasSuffix("_key") || name.hasSuffix("_key.pub"))
        {
            try target.remove("/etc/ssh/\(name)")
        }
    }

    private static let text = """
        # Written by dibhost's element runtime-ssh-host-keys: an image has no host keys, so that no two machines share them.
        [Unit]
        Description=SSH host keys of this machine
        Before=ssh.service ssh.socket sshd.service sshd.socket
        ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/usr/bin/ssh-keygen -A

        [Install]
        WantedBy=multi-user.target

        """
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(RuntimeSshHostKeys.self, host)
}
