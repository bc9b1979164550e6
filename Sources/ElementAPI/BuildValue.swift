// SPDX-License-Identifier: Apache-2.0

/// The name of a value that the host, or an earlier hook, offers to a hook.
public struct BuildValue: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
    /// The dotted name, such as "build.architecture".
    public let rawValue: String

    /// A value by its name, for example one that an earlier hook published.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A value by its name, for example one that an earlier hook published.
    public init(stringLiteral value: String) { rawValue = value }

    /// The path of the target tree: "/" in the chroot; outside the path on the build host, which
    /// only an element that declares the privilege `raw-host-path` gets.
    public static let targetRoot: Self = "target.root"
    /// The architecture that is built for, by Debian's name, such as "amd64".
    public static let architecture: Self = "build.architecture"
    /// The image's name without folder and suffix.
    public static let imageName: Self = "build.image-name"
    /// "true" when nothing may be downloaded that the cache holds, else "false".
    public static let offline: Self = "build.offline"
    /// The packages of the base transaction by their real names, one a line.
    public static let packages: Self = "build.packages"
    /// How many -x the user gave; "0" without.
    public static let traceLevel: Self = "build.trace-level"
    /// The label of the root file system.
    public static let rootLabel: Self = "build.root-label"
    /// The type of the root file system, such as "ext4".
    public static let rootFileSystem: Self = "build.root-file-system"
    /// The label of the file system that is mounted at /boot; none when /boot lies on the root file system.
    public static let bootLabel: Self = "build.boot-label"
    /// The type of the file system that is mounted at /boot; none when /boot lies on the root file system.
    public static let bootFileSystem: Self = "build.boot-file-system"
    /// The types of all file systems of the disk, swap among them, separated by commas.
    public static let fileSystems: Self = "build.file-systems"
    /// The disk's partition table: "mbr", "gpt" or "none".
    public static let partitionTable: Self = "build.partition-table"
    /// What divides partitions into volumes: "lvm" or "none".
    public static let volumeManager: Self = "build.volume-manager"
    /// How a part of the disk is encrypted: "luks" or "none".
    public static let encryption: Self = "build.encryption"
    /// Where the EFI system partition is mounted; none without one.
    public static let efiMountPoint: Self = "build.efi-mount-point"
    /// What the disk is to boot by: "bios", "efi", "both" or "none".
    public static let firmware: Self = "build.firmware"
    /// The time that stands for the time of the build, in seconds since 1970: files that it makes should carry it.
    ///
    /// Programs that hooks run find it as SOURCE_DATE_EPOCH. It is known for good after phase root.
    public static let sourceDateEpoch: Self = "build.source-date-epoch"
    /// The folder for what is kept between builds; outside the chroot only.
    public static let cacheFolder: Self = "cache.folder"
    /// A folder for this build's temporary files, removed with the build; outside the chroot only.
    public static let scratchFolder: Self = "scratch.folder"
    /// The name of the user who called dibhost.
    public static let userName: Self = "user.name"
    /// The home folder of the user who called dibhost.
    public static let userHome: Self = "user.home"
    /// The number of the user who called dibhost.
    public static let userID: Self = "user.id"
    /// The number of that user's group.
    public static let userGroup: Self = "user.group"
    /// The distribution that is built, such as "debian": DISTRO_NAME.
    public static let distribution: Self = "distribution"
}
