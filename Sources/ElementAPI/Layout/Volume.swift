// SPDX-License-Identifier: Apache-2.0

/// A file system, or swap, and where it is mounted.
public struct Volume: Equatable, Sendable {
    /// Unique among all names of the layout; nil: "mkfs_" and the name of its partition or disk.
    public var name: String?
    /// What it is formatted as.
    public var type: FileSystemType
    /// Unique without regard to case; at most 16 bytes for ext2, ext3, ext4 and swap, 12 for XFS, 11 for vfat, 255 for
    /// btrfs.
    public var label: String
    /// Words for the program that makes it.
    public var options: [String] = []
    /// nil: derived from what the image holds.
    public var uuid: String?
    /// Where it is mounted: that part of the tree is what it holds; nil: nowhere, it is empty.
    public var mount: VolumeMount?
    var others: [LayoutValue.Entry] = []

    /// A file system with these properties.
    public init(
        name: String? = nil, type: FileSystemType, label: String, mount: VolumeMount? = nil
    ) {
        self.name = name
        self.type = type
        self.label = label
        self.mount = mount
    }
}

/// The name of a kind of file system, as `mkfs -t` knows it.
public struct FileSystemType: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
    /// Such as "ext4".
    public let rawValue: String

    /// A type by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A type by its name.
    public init(stringLiteral value: String) { rawValue = value }

    /// The second extended file system, without a journal.
    public static let ext2: Self = "ext2"
    /// The third extended file system.
    public static let ext3: Self = "ext3"
    /// The fourth extended file system.
    public static let ext4: Self = "ext4"
    /// XFS.
    public static let xfs: Self = "xfs"
    /// Btrfs.
    public static let btrfs: Self = "btrfs"
    /// FAT with long names, for EFI system partitions.
    public static let vfat: Self = "vfat"
    /// Swap space, which holds no files.
    public static let swap: Self = "swap"
}

/// Where a volume is mounted, and what /etc/fstab says about it.
public struct VolumeMount: Equatable, Sendable {
    /// An absolute path in the image; of swap it means nothing.
    public var point: String
    /// nil: /etc/fstab has no line for it.
    public var tableLine: MountTableLine?
    var others: [LayoutValue.Entry] = []

    /// A mount with a line in /etc/fstab.
    public init(_ point: String, tableLine: MountTableLine? = MountTableLine()) {
        self.point = point
        self.tableLine = tableLine
    }
}

/// The last three fields of a line of /etc/fstab.
public struct MountTableLine: Equatable, Sendable {
    /// Mount options with commas between.
    public var options: String
    /// What dump(8) reads; 0 means never.
    public var dumpFrequency: Int
    /// The pass in which the file system is checked at boot: 1 for the root, 2 for others, 0 for never.
    public var checkPass: Int
    var others: [LayoutValue.Entry] = []

    /// A line with these fields.
    public init(options: String = "defaults", dumpFrequency: Int = 0, checkPass: Int = 2) {
        self.options = options
        self.dumpFrequency = dumpFrequency
        self.checkPass = checkPass
    }
}
