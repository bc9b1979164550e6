// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// What packages made up at random when they were installed, and what each instance of the image must have for itself.
///
/// Taken away right after the packages of the base transaction: what elements write later is meant to be in the image.
/// An image without it is the same whenever it is built, too.
enum DebianInstanceIdentity {
    private static let initiatorPath = "/etc/iscsi/initiatorname.iscsi"
    private static let keyUnit = "ssh-host-keys.service"

    /// Forgets the name of the iSCSI initiator and the host keys of SSH; both are made anew at the first start.
    static func forget(in target: RootContext, element: String) throws {
        if try target.kind(of: initiatorPath) == .file {
            // The words by which open-iscsi asks itself to choose a name.
            try target.writeFile(initiatorPath, "GenerateName=yes\n", mode: 0o600)
        }
        guard try target.kind(of: "/etc/ssh") == .folder else { return }
        let keys = try target.list("/etc/ssh").filter {
            $0.hasPrefix("ssh_host_") && ($0.hasSuffix("_key") || $0.hasSuffix("_key.pub"))
        }
        guard !keys.isEmpty else { return }
        for key in keys { try target.remove("/etc/ssh/\(key)") }
        try target.writeFile("/etc/systemd/system/\(keyUnit)", keyUnitText(element))
        let wants = "/etc/systemd/system/multi-user.target.wants"
        try target.makeFolder(wants)
        try target.makeLink("\(wants)/\(keyUnit)", to: "../\(keyUnit)")
    }

    private static func keyUnitText(_ element: String) -> String {
        """
        # Written by the element \(element): an image has no host keys, so that no two instances share them.
        [Unit]
        Description=SSH host keys of this instance
        Before=ssh.service ssh.socket
        ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key

        [Service]
        Type=oneshot
        ExecStart=/usr/bin/ssh-keygen -A

        [Install]
        WantedBy=multi-user.target

        """
    }
}
