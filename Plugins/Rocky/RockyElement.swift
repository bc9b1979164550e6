// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import OperatingSystem

/// The operating system Rocky Linux: one package transaction by dnf from outside of the tree.
struct Rocky: RPMElement {
    /// https://wiki.rockylinux.org/rocky/version/ and the folders of its server.
    static let distribution = RPMDistribution(
        element: "rocky",
        releases: ReleaseTable(
            distribution: "Rocky Linux", dated: "2026-11-29",
            releases: [
                .init("8", endOfLife: "2029-05-31"), .init("9", endOfLife: "2032-05-31"),
                .init("10", endOfLife: "2035-05-31"),
            ]),
        installer: .dnf, mirror: "https://dl.rockylinux.org/pub/rocky",
        archive: "https://dl.rockylinux.org/vault/rocky", bootNames: .fedora, image: .rocky
    ) { release in
        .enterpriseLinux(
            release, folder: "{mirror}/$releasever",
            keyring: release == "8"
                ? "/usr/share/distribution-gpg-keys/rocky/RPM-GPG-KEY-rockyofficial"
                : "/usr/share/distribution-gpg-keys/rocky/RPM-GPG-KEY-Rocky-\(release)")
    }

    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) { self.parameters = parameters }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Rocky.self, host)
}
