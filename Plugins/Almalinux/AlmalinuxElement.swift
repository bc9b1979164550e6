// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import OperatingSystem

/// The operating system AlmaLinux: one package transaction by dnf from outside of the tree.
struct Almalinux: RPMElement {
    /// https://wiki.almalinux.org/release-notes/ and the folders of its server.
    static let distribution = RPMDistribution(
        element: "almalinux",
        releases: ReleaseTable(
            distribution: "AlmaLinux", dated: "2026-11-29",
            releases: [
                .init("8", endOfLife: "2029-05-31"), .init("9", endOfLife: "2032-05-31"),
                .init("10", endOfLife: "2035-05-31"),
            ]),
        installer: .dnf, mirror: "https://repo.almalinux.org/almalinux",
        archive: "https://vault.almalinux.org", bootNames: .fedora, image: .almaLinux
    ) { release in
        .enterpriseLinux(
            release, folder: "{mirror}/$releasever",
            keyring: release == "8"
                ? "/usr/share/distribution-gpg-keys/alma/RPM-GPG-KEY-AlmaLinux"
                : "/usr/share/distribution-gpg-keys/alma/RPM-GPG-KEY-AlmaLinux-\(release)")
    }

    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) { self.parameters = parameters }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Almalinux.self, host)
}
