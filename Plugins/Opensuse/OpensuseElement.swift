// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import OperatingSystem

/// The operating system openSUSE, Leap and Tumbleweed: one package transaction by zypper from outside of the tree.
struct Opensuse: RPMElement {
    /// https://en.opensuse.org/Lifetime and the folders of its server.
    static let distribution = RPMDistribution(
        element: "opensuse",
        releases: ReleaseTable(
            distribution: "openSUSE", dated: "2026-11-29",
            releases: [
                .init("15.6", endOfLife: "2026-04-30"), .init("16.0", endOfLife: "2027-10-31"),
                .init("tumbleweed", endOfLife: nil),
            ]),
        installer: .zypper, mirror: "https://download.opensuse.org",
        bootNames: .init(
            kernelPrefix: "vmlinuz-", initramfsPrefix: "initrd-", initramfsSuffix: ""),
        image: .openSUSE
    ) { release in
        .init(
            repositories: repositories(of: release),
            keyring: "/usr/share/distribution-gpg-keys/opensuse/RPM-GPG-KEY-openSUSE")
    }

    /// Leap 16 has one repository for each architecture, into which updates go; 15 has updates apart.
    private static func repositories(of release: String) -> [RPMRepository] {
        switch release {
        case "tumbleweed":
            [
                RPMRepository("oss", "{mirror}/{ports}tumbleweed/repo/oss"),
                RPMRepository("update", "{mirror}/{ports}update/tumbleweed"),
            ]
        case "15.6":
            [
                RPMRepository("oss", "{mirror}/distribution/leap/$releasever/repo/oss"),
                RPMRepository("update", "{mirror}/update/leap/$releasever/oss"),
                RPMRepository("backports", "{mirror}/update/leap/$releasever/backports"),
                RPMRepository("sle", "{mirror}/update/leap/$releasever/sle"),
            ]
        default: [RPMRepository("oss", "{mirror}/distribution/leap/$releasever/repo/oss/$basearch")]
        }
    }

    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) { self.parameters = parameters }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Opensuse.self, host)
}
