// SPDX-License-Identifier: Apache-2.0

/// One partition of a disk.
public struct Partition: Equatable, Sendable {
    /// Unique among all names of the layout; in a GPT at most 36 characters, which its table holds, too.
    public var name: String
    /// The first byte, a multiple of the table's alignment; nil: behind the partition before it.
    public var start: UInt64?
    /// How much of the disk it takes.
    public var size: PartitionSize
    /// In a GPT a GUID or a code of sgdisk such as "EF00", in an MBR a byte such as "0x83"; nil: one for Linux.
    public var type: String?
    /// Whether a BIOS boots from it: the boot flag of an MBR, the attribute of a GPT.
    public var isBootable = false
    /// Whether it lies in the extended partition of an MBR; means nothing in a GPT.
    public var isLogical = false
    /// The file system or swap in it; nil: none.
    public var volume: Volume?
    var others: [LayoutValue.Entry] = []

    /// A partition for Linux.
    public init(
        _ name: String, size: PartitionSize, type: String? = nil, volume: Volume? = nil
    ) {
        self.name = name
        self.size = size
        self.type = type
        self.volume = volume
    }
}

/// How much of a disk a partition takes.
public enum PartitionSize: Equatable, Sendable {
    /// So many bytes.
    case bytes(UInt64)
    /// A share of what the partitions before it leave: above 0 and at most 100.
    case percent(Double)
    /// What its file system needs for its files, with the share of free space that computed sizes have.
    case fitting
    /// All that is left; nothing can follow.
    case rest

    /// So many times 2^20 bytes.
    public static func mebibytes(_ count: UInt64) -> PartitionSize { .bytes(count << 20) }
    /// So many times 2^30 bytes.
    public static func gibibytes(_ count: UInt64) -> PartitionSize { .bytes(count << 30) }
}
