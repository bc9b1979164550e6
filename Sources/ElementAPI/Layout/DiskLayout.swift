// SPDX-License-Identifier: Apache-2.0

/// What the image consists of: disks, their partitions, the file systems in them, and where those are mounted.
public struct DiskLayout: Equatable, Sendable {
    /// The first is the one that the outputs are called after.
    public var disks: [Disk]
    /// What a newer dibhost knows and this ElementAPI does not; it stays as it is.
    var otherNodes: [LayoutValue] = []

    /// A layout of these disks.
    public init(disks: [Disk]) { self.disks = disks }

    /// All file systems and swap areas, in the order of their places.
    ///
    /// Those in volume groups of LVM are not among them, and stay as they are.
    public var volumes: [Volume] { disks.flatMap(\.volumes) }

    /// The root file system.
    public var root: Volume? { volume(at: "/") }

    /// The file system that is mounted at a path.
    public func volume(at point: String) -> Volume? {
        volumes.first { $0.type != .swap && $0.mount?.point == point }
    }

    /// The partition with a name.
    public func partition(_ name: String) -> Partition? {
        disks.flatMap(\.partitions).first { $0.name == name }
    }

    /// The disk with a name.
    public func disk(_ name: String) -> Disk? { disks.first { $0.name == name } }
}

/// One image of a layout: a partitioned disk, or a file system of its own.
public struct Disk: Equatable, Sendable {
    /// Unique among all names of the layout.
    public var name: String
    /// In bytes; nil: as large as what it holds needs.
    public var size: UInt64?
    /// What a computed size must not exceed, in bytes; nil: no limit.
    public var maximumSize: UInt64?
    /// The folder of the image file; nil: beside the other outputs.
    public var directory: String?
    /// The size of a logical block, in bytes: 512 or 4096.
    public var blockSize: UInt32
    /// The partition table, or the one file system.
    public var content: Content
    var others: [LayoutValue.Entry] = []

    /// What is on a disk.
    public enum Content: Equatable, Sendable {
        /// Partitions.
        case table(PartitionTable)
        /// The disk is the file system.
        case volume(Volume)
    }

    /// A disk of blocks of 512 bytes.
    public init(_ name: String, size: UInt64? = nil, content: Content) {
        self.name = name
        self.size = size
        self.blockSize = 512
        self.content = content
    }

    /// The partition table; nil for a disk without one.
    ///
    /// What is set becomes the disk's content; nil changes nothing.
    public var table: PartitionTable? {
        get { if case .table(let table) = content { table } else { nil } }
        set { if let newValue { content = .table(newValue) } }
    }

    /// The partitions, in the order of their places.
    public var partitions: [Partition] { table?.partitions ?? [] }

    /// The file systems and swap areas, in the order of their places.
    public var volumes: [Volume] {
        if case .volume(let volume) = content { [volume] } else { partitions.compactMap(\.volume) }
    }
}

/// How a disk is divided.
public struct PartitionTable: Equatable, Sendable {
    /// The kind of table.
    public var kind: Kind
    /// Partitions begin at multiples of it; in bytes.
    public var alignment: UInt64
    /// In the order of their places.
    public var partitions: [Partition]
    var others: [LayoutValue.Entry] = []

    /// The kinds of partition tables.
    public enum Kind: String, Equatable, Sendable {
        /// At most four primary partitions, or three and any number of logical ones.
        case mbr
        /// At most 128 partitions.
        case gpt
    }

    /// A table with an alignment of 1 MiB.
    public init(_ kind: Kind, partitions: [Partition] = []) {
        self.kind = kind
        self.alignment = 1 << 20
        self.partitions = partitions
    }
}
