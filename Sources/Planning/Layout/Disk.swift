// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// One image of a layout: a partitioned disk, or a file system of its own.
package struct Disk: Codable, Equatable, Sendable {
    /// The disk that the output formats are made of has this name in the original's configurations.
    package static let mainName = "image0"

    package var name: String
    /// nil: computed from what it holds.
    package var size: ByteCount?
    /// What a computed size must not exceed: something else lies behind it on the machine's disk.
    package var largestSize: ByteCount?
    /// The folder of its images, which are called as the disk then; nil: beside those of the first disk.
    ///
    /// Means nothing for the first disk.
    package var directory: String?
    /// The size of a logical block: 512 or 4096.
    package var blockSize: Int64
    package var content: Content
    /// Of partitions of its table.
    package var groups: [VolumeGroup] = []

    package enum Content: Equatable, Sendable {
        case volume(Volume)
        case table(PartitionTable)
    }

    package init(
        name: String, size: ByteCount? = nil, directory: String? = nil, blockSize: Int64 = 512,
        content: Content
    ) {
        self.name = name
        self.size = size
        self.directory = directory
        self.blockSize = blockSize
        self.content = content
    }

    package var table: PartitionTable? {
        if case .table(let table) = content { table } else { nil }
    }

    package var partitions: [Partition] { table?.partitions ?? [] }

    /// The volumes in the order of their places, those of groups last.
    package var volumes: [Volume] {
        switch content {
        case .volume(let volume): [volume]
        case .table(let table):
            table.partitions.compactMap(\.volume)
                + groups.flatMap { $0.logicalVolumes.compactMap(\.volume) }
        }
    }

    /// The group that a partition belongs to.
    package func group(of partition: String) -> VolumeGroup? {
        groups.first { $0.physicalVolumes.contains { $0.partition == partition } }
    }
}

/// How a disk is divided.
package struct PartitionTable: Codable, Equatable, Sendable {
    package enum Kind: String, CaseIterable, Codable, Sendable { case mbr, gpt }

    package var kind: Kind
    /// Partitions begin at multiples of it.
    package var alignment: ByteCount
    /// In the order of their places.
    package var partitions: [Partition]

    package init(
        kind: Kind, alignment: ByteCount = .mebibytes(1), partitions: [Partition]
    ) {
        self.kind = kind
        self.alignment = alignment
        self.partitions = partitions
    }

    /// The number that a system gives the partition: the logical ones of an MBR begin with 5.
    package func number(of index: Int) -> Int {
        guard kind == .mbr, partitions[index].isLogical else { return index + 1 }
        return 5 + partitions[..<index].count(where: \.isLogical)
    }
}

/// One partition of a disk.
package struct Partition: Codable, Equatable, Sendable {
    package var name: String
    /// The first byte; nil: behind the partition before it.
    package var start: ByteCount?
    package var size: Size
    package var type: PartitionType
    /// Whether a BIOS boots from it (the MBR's boot flag).
    package var isBootable: Bool
    /// Whether it lies in the extended partition of an MBR.
    package var isLogical: Bool
    package var volume: Volume?

    package enum Size: Equatable, Sendable {
        case absolute(ByteCount)
        /// Of what the partitions before it leave.
        case percent(Double)
        /// What its file system needs for its files, with the layout's share of free space.
        case fitting
        /// All that is left, to the last block.
        case rest
    }

    package init(
        name: String, start: ByteCount? = nil, size: Size, type: PartitionType,
        isBootable: Bool = false, isLogical: Bool = false, volume: Volume? = nil
    ) {
        self.name = name
        self.start = start
        self.size = size
        self.type = type
        self.isBootable = isBootable
        self.isLogical = isLogical
        self.volume = volume
    }
}

extension Partition.Size: CustomStringConvertible {
    /// The words of configurations for sizes without a number.
    static let (fittingWord, restWord) = ("auto", "rest")

    package var description: String {
        switch self {
        case .absolute(let size): size.description
        case .percent(let share):
            (share == share.rounded() ? String(Int(share)) : String(share)) + " %"
        case .fitting: "computed"
        case .rest: "the rest"
        }
    }
}
