// SPDX-License-Identifier: Apache-2.0

/// What tells one distribution with dpkg and apt from the next: the facts that its element adds to `DebianSystem`.
public struct DebianFamily: Sendable {
    /// Where packages come from when neither the user nor the build host's apt says it.
    public struct Mirrors: Sendable, Equatable {
        /// The URL of the archive.
        public let archive: String
        /// The URL of the archive of security updates.
        public let security: String

        /// The two URLs.
        public init(archive: String, security: String) {
            self.archive = archive
            self.security = security
        }
    }

    /// The name of the element, by which users set its parameters, of DISTRO_NAME and of the cache's folder.
    public let element: String
    /// The releases as they were known on a day.
    public let releases: ReleaseTable
    /// The file of distro-info-data that may know newer ones; nil when the table decides alone.
    public let distroInfo: String?
    /// What mirrors call a release besides its name.
    public let aliases: [String]
    /// The releases without suites of updates.
    public let movingReleases: [String]
    /// The keyring of the archive, at one path on build host and in image.
    public let keyring: String
    /// The Debian package that brings the keyring.
    public let keyringPackage: String
    /// What the names of the archive's keyrings have in common: it tells its entries in the host's apt.
    public let keyringMark: String
    /// Whether entries of the host's apt that name no keyring are the distribution's.
    public let ownsUnmarkedEntries: Bool
    /// Whether a mirror of the archive has the suite of security updates as well.
    public let mirrorsHoldSecurity: Bool
    /// The mirrors for an architecture by Debian's name; nil where the build host's apt or the image's must name them.
    public let mirrors: @Sendable (_ architecture: String) -> Mirrors?
    /// The distribution's cloud images.
    public let image: CloudImageFacts

    /// The facts of one distribution.
    public init(
        element: String, releases: ReleaseTable, distroInfo: String? = nil, aliases: [String] = [],
        movingReleases: [String] = [], keyring: String, keyringPackage: String,
        keyringMark: String, ownsUnmarkedEntries: Bool = false,
        mirrorsHoldSecurity: Bool = false, image: CloudImageFacts,
        mirrors: @escaping @Sendable (_ architecture: String) -> Mirrors? = { _ in nil }
    ) {
        self.element = element
        self.releases = releases
        self.distroInfo = distroInfo
        self.aliases = aliases
        self.movingReleases = movingReleases
        self.keyring = keyring
        self.keyringPackage = keyringPackage
        self.keyringMark = keyringMark
        self.ownsUnmarkedEntries = ownsUnmarkedEntries
        self.mirrorsHoldSecurity = mirrorsHoldSecurity
        self.image = image
        self.mirrors = mirrors
    }

    /// What users call the distribution.
    var distribution: String { releases.distribution }

    /// The file below /etc/apt/sources.list.d that names the image's mirrors.
    var sourcesFile: String { "\(element).sources" }

    /// The name of a parameter as users set it, such as "debian.mirror".
    func parameter(_ name: String) -> String { "\(element).\(name)" }

    /// The code name for what a user may call a release, such as "24.04".
    func codeName(_ release: String) -> String {
        releases.releases.first { $0.aliases.contains(release) }?.name ?? release
    }

    /// Whether a release gets updates in suites of their own; the moving ones do not.
    func hasUpdates(_ release: String) -> Bool { !movingReleases.contains(release) }
}
