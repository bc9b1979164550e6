// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Planning

/// How large an ext2, ext3 or ext4 is made for a tree: blocks, inodes, journal.
///
/// Computed from what mke2fs lays out with the features of `ExtFeatures`: blocks of 4 KiB, groups of 32768 clusters of
/// one block or of several, in each two bitmaps and a part of the inode table; copies of the group descriptors in groups
/// 0, 1 and the powers of 3, 5 and 7, each with room to grow (resize_inode, not beside clusters of several blocks); the
/// journal; lost+found. One block is 4 KiB throughout.
package struct FileSystemSize: Equatable, Sendable {
    package static let blockSize = ByteCount.kibibytes(4)
    private static let inodesPerBlock: Int64 = 16

    /// The number of blocks.
    package var blocks: Int64
    /// In each group of 32768 clusters; the same in groups that growing the file system adds.
    package var inodesPerGroup: Int64
    package var journalBlocks: Int64
    /// What space is handed out in, in blocks.
    package var clusterBlocks: Int64 = 1
    /// The blocks for whose descriptors room is reserved; nil leaves it to mke2fs.
    package var reservedBlocks: Int64?

    package var bytes: ByteCount { Self.blockSize * blocks }
    private var blocksPerGroup: Int64 { RootGrowth.clustersPerGroup * clusterBlocks }
    package var groups: Int64 { (blocks + blocksPerGroup - 1) / blocksPerGroup }
    package var inodes: Int64 { inodesPerGroup * groups }

    /// What the user may set about the size.
    package struct Wishes: Equatable, Sendable {
        /// The share of the blocks that stays free, in percent; for a computed size.
        package var freePercent: Int
        /// The size of the file system; nil computes it from the tree.
        package var size: ByteCount?
        /// Added to a computed size.
        package var extraSize: ByteCount = .zero
        /// nil: 64 MiB, less where that would be more than an eighth of the file system.
        package var journalSize: ByteCount?
        /// One inode for so many bytes, as mke2fs -i; more where the tree needs them, fewer by as much as a cluster has
        /// blocks: there cannot be more files than clusters.
        package var bytesPerInode: Int64 = 16384
        /// What it is to be able to grow to.
        package var growth: RootGrowth?
        /// The blocks that it can be grown to while it is mounted, mke2fs -E resize=; nil leaves it to us.
        package var onlineBlocks: Int64?

        package var type = FileSystemType.ext4

        package init(freePercent: Int) { self.freePercent = freePercent }

        /// The blocks that hold the tree: without extents, lists of blocks take their place.
        func blocks(of usage: TreeUsage) -> Int64 {
            usage.blocks + (type == .ext4 ? 0 : usage.indirectBlocks)
        }

        var clusterBlocks: Int64 { growth?.clusterBlocks ?? 1 }

        /// The inodes that hold the tree: eleven are reserved; a quarter more than the tree has leaves room for what is
        /// added later.
        func inodes(of usage: TreeUsage) -> Int64 { usage.inodes + usage.inodes / 4 + 64 }
    }

    /// The size for a tree.
    ///
    /// - Throws: `BuildError.Code.refused` when the size that the user named cannot hold the tree.
    package init(for usage: TreeUsage, wishes: Wishes) throws {
        let freeShare = Double(min(max(wishes.freePercent, 0), 95)) / 100
        let needed = Self.smallest(for: usage, wishes: wishes, freeShare: 0)
        if let size = wishes.size {
            guard size >= needed.bytes else {
                throw BuildError(
                    .refused,
                    "image size too small: the tree needs at least \(needed.bytes.inWholeMebibytes),"
                        + " the file system would have \(size)",
                    hint: "Raise --image-size or leave it out to have the size computed.")
            }
            self = Self.shaped(size.bytes / 4096, for: usage, wishes: wishes)
            return
        }
        let computed = Self.smallest(for: usage, wishes: wishes, freeShare: freeShare)
        let unit = max(.kibibytes(64), Self.blockSize * wishes.clusterBlocks)
        let blocks = (computed.bytes + wishes.extraSize).roundedUp(to: unit).bytes / 4096
        self = Self.shaped(blocks, for: usage, wishes: wishes)
    }

    /// The bytes that the tree needs at least, with no block left free.
    package static func leastBytes(for usage: TreeUsage, wishes: Wishes) -> ByteCount {
        smallest(for: usage, wishes: wishes, freeShare: 0).bytes
    }

    private init(blocks: Int64, inodesPerGroup: Int64, journalBlocks: Int64) {
        self.blocks = blocks
        self.inodesPerGroup = inodesPerGroup
        self.journalBlocks = journalBlocks
    }

    /// The smallest size that holds the tree and leaves `freeShare` of its blocks free.
    ///
    /// What the file system needs for itself grows with its size, so the answer is approached from below.
    private static func smallest(
        for usage: TreeUsage, wishes: Wishes, freeShare: Double
    ) -> FileSystemSize {
        let unit = max(16, wishes.clusterBlocks)
        let first = max(wishes.blocks(of: usage), 512, leastForInodes(of: usage, wishes))
        var size = shaped(first + unit, for: usage, wishes: wishes)
        while true {
            let filled = Double(wishes.blocks(of: usage) + size.ownBlocks) / (1 - freeShare)
            // mke2fs refuses a journal of more than half of what is free in an empty file system.
            let empty = size.ownBlocks - size.journalBlocks
            let wanted = max(Int64(filled.rounded(.up)), empty + size.journalBlocks * 2 + 64)
            if wanted <= size.blocks { return size }
            size = shaped((wanted + unit - 1) / unit * unit, for: usage, wishes: wishes)
        }
    }

    /// The blocks with which there are enough groups for the tree's inodes, where growth limits those of a group.
    private static func leastForInodes(of usage: TreeUsage, _ wishes: Wishes) -> Int64 {
        guard let growth = wishes.growth else { return 0 }
        let groups = (wishes.inodes(of: usage) - 1) / growth.mostInodesPerGroup + 1
        return groups == 1
            ? 0 : groups * RootGrowth.clustersPerGroup * growth.clusterBlocks
    }

    private static func shaped(
        _ blocks: Int64, for usage: TreeUsage, wishes: Wishes
    ) -> FileSystemSize {
        let cluster = wishes.clusterBlocks
        let blocks = blocks / cluster * cluster
        var size = FileSystemSize(blocks: blocks, inodesPerGroup: 0, journalBlocks: 0)
        size.clusterBlocks = cluster
        size.reservedBlocks = wishes.reservedBlocks(beyond: blocks)
        let wanted = max(
            wishes.inodes(of: usage), blocks / cluster * 4096 / wishes.bytesPerInode)
        let share = (wanted + size.groups - 1) / size.groups
        size.inodesPerGroup = (share + inodesPerBlock - 1) / inodesPerBlock * inodesPerBlock
        if let growth = wishes.growth, wishes.type.isExtended {
            size.inodesPerGroup = min(size.inodesPerGroup, growth.mostInodesPerGroup)
        }
        guard wishes.type != .ext2 else { return size }
        let journal = wishes.journalSize.map { $0.bytes / 4096 } ?? min(16384, blocks / 8)
        // Less than 1024 blocks is no journal for mke2fs.
        size.journalBlocks = max(1024, journal / 256 * 256)
        return size
    }

    /// The blocks that the file system needs for itself.
    var ownBlocks: Int64 {
        let descriptorBlocks = (groups + 63) / 64
        let grown = reservedBlocks ?? min(blocks * 1024, 1 << 32)
        let reserved =
            clusterBlocks > 1
            ? 0 : min(1024, (grown / blocksPerGroup + 63) / 64 - descriptorBlocks)
        let copies = (0..<groups).count { Self.holdsSuperblock($0) }
        let tables = groups * (2 + inodesPerGroup / Self.inodesPerBlock)
        let superblock = 1 + descriptorBlocks + max(0, reserved)
        // The tables lie behind the first superblock; lost+found has four blocks; the resize inode one.
        return inClusters(superblock + tables) + Int64(copies - 1) * inClusters(superblock)
            + inClusters(journalBlocks) + inClusters(4) + 1
    }

    private func inClusters(_ blocks: Int64) -> Int64 {
        (blocks + clusterBlocks - 1) / clusterBlocks * clusterBlocks
    }

    /// Whether a group holds a copy of the superblock (feature sparse_super).
    private static func holdsSuperblock(_ group: Int64) -> Bool {
        if group <= 1 { return true }
        for base: Int64 in [3, 5, 7] {
            var power = base
            while power < group { power *= base }
            if power == group { return true }
        }
        return false
    }
}

extension FileSystemSize.Wishes {
    /// The blocks for whose descriptors room is to be reserved, mke2fs -E resize=; nil for mke2fs's own measure.
    ///
    /// Up to 8 TiB an ext4 can reserve it (resize_inode). What has it grows without moving anything; beyond, the kernel
    /// places descriptors elsewhere (meta_bg).
    fileprivate func reservedBlocks(beyond blocks: Int64) -> Int64? {
        if let onlineBlocks { return onlineBlocks }
        guard let growth, type.isExtended, growth.clusterBlocks == 1 else { return nil }
        let wanted = growth.size.bytes / 4096
        return wanted > blocks ? wanted : nil
    }
}

extension ByteCount {
    /// The size rounded up to whole MiB, so that it is never below what is meant.
    var inWholeMebibytes: String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
}
