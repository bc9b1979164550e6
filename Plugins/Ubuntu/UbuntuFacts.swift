// SPDX-License-Identifier: Apache-2.0
internal import OperatingSystem

extension DebianFamily {
    /// Ubuntu: one archive for PCs and another for all other architectures, which hold the security updates as well.
    static let ubuntu = DebianFamily(
        element: "ubuntu",
        releases: ReleaseTable(
            distribution: "Ubuntu", dated: "2026-11-29",
            // The last day of the standard support; what is sold after it is in other archives.
            releases: [
                .init("focal", aliases: ["20.04"], endOfLife: "2025-05-31"),
                .init("jammy", aliases: ["22.04"], endOfLife: "2027-06-01"),
                .init("noble", aliases: ["24.04"], endOfLife: "2029-05-31"),
                .init("oracular", aliases: ["24.10"], endOfLife: "2025-07-10"),
                .init("plucky", aliases: ["25.04"], endOfLife: "2026-01-15"),
                .init("questing", aliases: ["25.10"], endOfLife: "2026-07-09"),
                .init("resolute", aliases: ["26.04"], endOfLife: "2031-05-29"),
            ]),
        keyring: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
        keyringPackage: "ubuntu-keyring", keyringMark: "ubuntu-archive",
        mirrorsHoldSecurity: true, image: .ubuntu,
        mirrors: { architecture in
            ["amd64", "i386"].contains(architecture)
                ? Mirrors(
                    archive: "http://archive.ubuntu.com/ubuntu",
                    security: "http://security.ubuntu.com/ubuntu")
                : Mirrors(
                    archive: "http://ports.ubuntu.com/ubuntu-ports",
                    security: "http://ports.ubuntu.com/ubuntu-ports")
        })
}
