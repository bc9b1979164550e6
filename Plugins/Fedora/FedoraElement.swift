// SPDX-License-Identifier: Apache-2.0
public import ElementAPI
internal import OperatingSystem

/// The operating system Fedora: one package transaction by dnf from outside of the tree.
struct Fedora: RPMElement {
    /// https://docs.fedoraproject.org/en-US/releases/ and the folders of its servers.
    static let distribution = RPMDistribution(
        element: "fedora",
        releases: ReleaseTable(
            distribution: "Fedora", dated: "2026-11-29",
            releases: [
                .init("41", endOfLife: "2025-12-15"), .init("42", endOfLife: "2026-05-13"),
                .init("43", endOfLife: "2026-12-09"), .init("44", endOfLife: "2027-05-26"),
                .init("45", endOfLife: "2027-12-01"), .init("rawhide", endOfLife: nil),
            ]),
        installer: .dnf,
        mirror: "https://dl.fedoraproject.org/pub/fedora/linux",
        archive: "https://archives.fedoraproject.org/pub/archive/fedora/linux",
        bootNames: .fedora, image: .fedora
    ) { release in
        let isMoving = release == "rawhide"
        let base = isMoving ? "{mirror}/development/rawhide" : "{mirror}/releases/$releasever"
        let updates = RPMRepository(
            "updates", "{mirror}/updates/$releasever/Everything/$basearch")
        return .init(
            repositories: [RPMRepository("fedora", base + "/Everything/$basearch/os")]
                + (isMoving ? [] : [updates]),
            keyring:
                "/usr/share/distribution-gpg-keys/fedora/RPM-GPG-KEY-fedora-\(release)-primary",
            modulePlatform: isMoving ? nil : "platform:f\(release)")
    }

    let parameters: Parameters

    /// Makes the element from its parameters.
    init(_ parameters: Parameters) { self.parameters = parameters }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Fedora.self, host)
}
