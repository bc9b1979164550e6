// SPDX-License-Identifier: Apache-2.0

/// What the element of one distribution tells of it; everything else is shared by all distributions of packages in
/// RPM's format.
///
/// Addresses may hold {mirror}, the base URL that the user may replace; what dnf and zypper know as $releasever and
/// $basearch; and {ports}, which is openSUSE's folder "ports/ARCHITECTURE/" for all architectures but x86_64.
public struct RPMDistribution: Sendable {
    /// The program on the build host that installs packages into a tree.
    public enum Installer: Sendable {
        /// dnf, with --installroot.
        case dnf
        /// zypper, with --root.
        case zypper
    }

    /// How kernels and their initramfs are called in /boot: PREFIX VERSION SUFFIX.
    public struct BootNames: Sendable {
        /// Of the kernel, such as "vmlinuz-".
        public let kernelPrefix: String
        /// Of the initramfs, such as "initramfs-".
        public let initramfsPrefix: String
        /// Of the initramfs, such as ".img".
        public let initramfsSuffix: String

        /// The names of one distribution.
        public init(kernelPrefix: String, initramfsPrefix: String, initramfsSuffix: String) {
            self.kernelPrefix = kernelPrefix
            self.initramfsPrefix = initramfsPrefix
            self.initramfsSuffix = initramfsSuffix
        }
    }

    /// What differs from release to release.
    public struct Facts: Sendable {
        /// Its repositories, the first of which has the base system.
        public var repositories: [RPMRepository]
        /// Where its rpm keeps the database of packages.
        public var database: String
        /// Whether its rpm is too old for the format of the build host's database.
        public var hasBerkeleyDatabase: Bool
        /// The file on the build host in which a package brings its keys; tried when the user names none.
        public var keyring: String
        /// What dnf calls the platform whose module streams count, such as "platform:el9".
        public var modulePlatform: String?

        /// The facts of one release.
        public init(
            repositories: [RPMRepository], database: String = "/usr/lib/sysimage/rpm",
            hasBerkeleyDatabase: Bool = false, keyring: String, modulePlatform: String? = nil
        ) {
            self.repositories = repositories
            self.database = database
            self.hasBerkeleyDatabase = hasBerkeleyDatabase
            self.keyring = keyring
            self.modulePlatform = modulePlatform
        }
    }

    /// The element's name.
    public let element: String
    /// Its releases, and until when each gets updates.
    public let releases: ReleaseTable
    /// What installs its packages.
    public let installer: Installer
    /// The base URL of its own server.
    public let mirror: String
    /// The base URL to which releases move that get no more updates; nil when they stay.
    public let archive: String?
    /// How its kernels are called.
    public let bootNames: BootNames
    /// Where its cloud images are, and how they are signed.
    public let image: CloudImageFacts
    /// What differs from release to release, by the release's name.
    public let facts: @Sendable (String) -> Facts

    /// A distribution as its element describes it.
    public init(
        element: String, releases: ReleaseTable, installer: Installer, mirror: String,
        archive: String? = nil, bootNames: BootNames, image: CloudImageFacts,
        facts: @escaping @Sendable (String) -> Facts
    ) {
        self.element = element
        self.releases = releases
        self.installer = installer
        self.mirror = mirror
        self.archive = archive
        self.bootNames = bootNames
        self.image = image
        self.facts = facts
    }
}

extension RPMDistribution.BootNames {
    /// As Fedora and all that descends from it have them.
    public static let fedora = Self(
        kernelPrefix: "vmlinuz-", initramfsPrefix: "initramfs-", initramfsSuffix: ".img")
}
