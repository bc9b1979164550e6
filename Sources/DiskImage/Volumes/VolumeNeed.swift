// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Planning

/// How many bytes a volume must have for what it is to hold.
///
/// Of ext2, ext3 and ext4 the answer is exact. Of the others their tools and the kernel decide the details; the figures
/// were measured with Linux 6.18, xfsprogs, btrfs-progs 6.2 and dosfstools of Debian 12, and are on the safe side.
struct VolumeNeed {
    let volume: Volume
    let usage: TreeUsage
    /// Of ext2, ext3 and ext4; of the others the share of free blocks and what is added.
    let wishes: FileSystemSize.Wishes
    /// Of the disk.
    let blockSize: Int64

    /// Without any block left free.
    var least: ByteCount {
        volume.type.isExtended
            ? FileSystemSize.leastBytes(for: usage, wishes: wishes) : bytes(freeShare: 0)
    }

    /// With the share of free blocks, and what is added to it.
    func comfortable() throws -> ByteCount {
        guard volume.type.isExtended else {
            return bytes(freeShare: Double(min(max(wishes.freePercent, 0), 95)) / 100)
                + (volume.type == .swap ? .zero : wishes.extraSize)
        }
        return try FileSystemSize(for: usage, wishes: wishes).bytes
    }

    /// What a file system needs for itself grows with its size, so the answer is approached from below.
    private func bytes(freeShare: Double) -> ByteCount {
        var size = volume.type.leastSize
        while true {
            let filled = Double(content(in: size.bytes) + own(in: size.bytes)) / (1 - freeShare)
            let wanted = ByteCount(Int64(filled.rounded(.up))).roundedUp(to: .kibibytes(64))
            if wanted <= size { return size }
            size = wanted
        }
    }

    /// What the tree takes in a file system of that size, in bytes.
    private func content(in size: Int64) -> Int64 {
        let data = usage.dataBlocks * 4096
        switch volume.type {
        // Inodes of 512 bytes in chunks of 64 with their tree; some slack for data in more than one place.
        case .xfs: return usage.blocks * 4096 + usage.inodes * 528 + data / 200 + (1 << 20)
        case .btrfs: return data - usage.smallBlocks * 4096
        // Of the last cluster of each file more than a block can be empty, or a file of 2 KiB at most takes less than a block.
        // A name takes up to four times what it takes in ext4.
        case .vfat:
            let cluster = fatCluster(in: size)
            let unused = (usage.filledFiles + usage.folders) * max(0, cluster - 4096)
            let spared = usage.smallBlocks * max(0, 4096 - max(cluster, 2048))
            return data + usage.metadataBlocks * 4096 * 4 + unused - spared
        default: return 0
        }
    }

    /// What the file system keeps for itself, in bytes.
    private func own(in size: Int64) -> Int64 {
        switch volume.type {
        // The log; 8192 blocks at most that are kept for the worst case (xfs_default_resblks), and what reflink and finobt
        // reserve in each allocation group.
        case .xfs:
            max(64 << 20, size / 2048) + min(size / 20, 32 << 20) + size / 140 + (1 << 20)
        case .btrfs:
            2 * metadataChunk(in: size) * max(1, (metadata - 1) / metadataChunk(in: size) + 1)
                + (24 << 20)
        // Two tables of clusters, which are as small as 512 bytes up to 260 MiB.
        case .vfat: (size <= 260 << 20 ? size / 60 : size / 400) + (1 << 20)
        default: 0
        }
    }

    /// Metadata is kept twice, in chunks that data cannot use: both are a tenth of a small file system.
    private func metadataChunk(in size: Int64) -> Int64 {
        if size > 50 << 30 { return 1 << 30 }
        return size > 2500 << 20 ? 256 << 20 : max(size / 20, 32 << 20)
    }

    /// Items of inodes, names and extents, files small enough to lie beside them, checksums; leaves are not full.
    private var metadata: Int64 {
        usage.inodes * 640 + usage.smallBytes * 5 / 4 + usage.dataBlocks * 8 + (16 << 20)
    }

    /// The size of a cluster as the layout's options give it (mkfs.fat -s), or as mkfs.fat chooses it, in bytes.
    private func fatCluster(in size: Int64) -> Int64 {
        if let sectors = volume.fatOption("-s").flatMap({ Int64($0) }) {
            return sectors * blockSize
        }
        // Below 512 MiB clusters are numbered in 16 bits; then 4 KiB up to 8 GiB, 32 KiB above 32 GiB.
        guard size >= 512 << 20 else {
            var cluster = 4 * blockSize
            while size / cluster > 65524 { cluster *= 2 }
            return cluster
        }
        return switch size >> 30 {
        case ..<8: max(4096, blockSize)
        case ..<16: 8192
        case ..<32: 16384
        default: 32768
        }
    }
}
