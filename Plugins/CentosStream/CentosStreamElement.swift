// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import OperatingSystem

/// The operating system CentOS Stream: one package transaction by dnf from outside of the tree.
struct CentosStream: RPMElement {
    /// https://www.centos.org/centos-stream/ and the folders of its mirrors.
    static let distribution = RPMDistribution(
        element: "centos-stream",
        releases: ReleaseTable(
            distribution: "CentOS Stream", dated: "2026-11-29",
            releases: [
                .init("9", aliases: ["9-stream"], endOfLife: "2027-05-31"),
                .init("10", aliases: ["10-stream"], endOfLife: "2030-05-31"),
            ]),
        installer: .dnf, mirror: "https://mirror.stream.centos.org", bootNames: .fedora,
        image: .centOSStream
    ) { release in
        .enterpriseLinux(
            release, folder: "{mirror}/$releasever-stream",
            keyring: "/usr/share/distribution-gpg-keys/centos/RPM-GPG-KEY-CentOS-Official"
                + (release == "9" ? "" : "-SHA256"))
    }

    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) { self.parameters = parameters }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(CentosStream.self, host)
}
