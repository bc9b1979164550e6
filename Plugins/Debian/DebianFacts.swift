// SPDX-License-Identifier: Apache-2.0
internal import OperatingSystem

extension DebianFamily {
    /// Debian: mirrors are those of the build host's apt, and in the image those that its own apt names.
    static let debian = DebianFamily(
        element: "debian",
        releases: ReleaseTable(
            distribution: "Debian", dated: "2026-11-29",
            // The last day of the long-term support, whose updates are in the security archive.
            releases: [
                .init("bookworm", endOfLife: "2028-06-30"),
                .init("trixie", endOfLife: "2030-06-30"), .init("forky", endOfLife: nil),
                .init("sid", endOfLife: nil),
            ]),
        distroInfo: "debian.csv", aliases: ["stable", "testing", "unstable", "oldstable"],
        movingReleases: ["testing", "unstable", "sid"],
        keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
        keyringPackage: "debian-archive-keyring", keyringMark: "debian-archive",
        ownsUnmarkedEntries: true, image: .debian)
}
