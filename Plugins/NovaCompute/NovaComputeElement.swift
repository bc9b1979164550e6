// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// A compute node of OpenStack: the packages of nova-compute, its unit enabled, and nothing of one machine or one cloud.
///
/// Which cloud it serves, the machine learns from its metadata or its configuration manager: nova.conf is the
/// package's own.
struct NovaCompute: Element, PostInstallPhase, FinalisePhase {
    private static let unit = "nova-compute.service"

    init(_ parameters: Parameters) throws {}

    /// The package's unit has started only when nova-compute has a message queue, and fails after 90 seconds without:
    /// with Type=exec a node's boot ends, and the service waits for its cloud as long as that takes.
    func postInstall(_ target: PostInstallContext) throws {
        try target.makeFolder("/etc/systemd/system/\(Self.unit).d")
        try target.writeFile(
            "/etc/systemd/system/\(Self.unit).d/10-wait-for-cloud.conf", "[Service]\nType=exec\n")
        try target.run("systemctl", ["--quiet", "enable", Self.unit])
    }

    /// What the packages made up for this one tree: identities of the node and of its iSCSI initiator.
    func finalise(_ target: FinaliseContext) throws {
        for path in ["/var/lib/nova/compute_id", "/etc/libvirt/secrets"] {
            try target.remove(path)
        }
        if try target.exists("/etc/iscsi/initiatorname.iscsi") {
            // The words by which open-iscsi asks itself to choose a name.
            try target.writeFile(
                "/etc/iscsi/initiatorname.iscsi", "GenerateName=yes\n", mode: 0o600)
        }
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(NovaCompute.self, host)
}
