// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// The size that the root file system can grow to later (--max-size), and the clusters that it is made with for that.
///
/// An ext4 is a row of groups of 32768 clusters, each with two bitmaps, a descriptor and its part of the inode table; a
/// cluster is one block of 4 KiB, or several (feature bigalloc). The number of groups decides what growth costs, and
/// three things end at 2^17 of them, 16 TiB of single blocks:
///
/// - *The time of the first boot.* The kernel adds group by group: under emulation 0.8 ms each, 102 s for 2^17; 1 PiB of
///   single blocks would be 2^23 groups, and two hours.
/// - *The check.* e2fsck -f needs 51 s of a core for 2^17 groups with 30,000 inodes each.
/// - *Inodes.* All of them are numbered in 32 bits, and a group has at most the 2^15 that a bitmap of one block counts.
///
/// So a cluster is the smallest power of two that leads to no more groups. Each file and folder loses half a cluster of
/// space on average, and those far smaller than a cluster nearly all of it: a Debian of 25,000 files is `README.md`'s
/// example.
package struct RootGrowth: Codable, Equatable, Sendable {
    package static let blockSize = ByteCount.kibibytes(4)
    /// In a group; a bitmap of one block has a bit for each.
    package static let clustersPerGroup: Int64 = 32768
    private static let mostGroups: Int64 = 1 << 17
    /// With clusters of 4 MiB the files of a Debian alone would take 100 GB.
    private static let largestCluster = ByteCount.mebibytes(1)
    /// An ext4 that is made by dibhost grows to this.
    static let largestExt4 = largestCluster * (clustersPerGroup * mostGroups)

    /// What the user asked for.
    package var size: ByteCount
    /// Of an ext4 that does not hand out single blocks.
    package var clusterSize: ByteCount?

    /// Growth of a file system of `type` to `size`.
    package init(to size: ByteCount, type: FileSystemType) {
        self.size = size
        guard type == .ext4 else { return }
        var cluster = Self.blockSize
        while size > cluster * (Self.clustersPerGroup * Self.mostGroups) { cluster = cluster * 2 }
        clusterSize = cluster == Self.blockSize ? nil : cluster
    }

    /// The blocks of a cluster, in an ext4.
    package var clusterBlocks: Int64 {
        (clusterSize ?? Self.blockSize).bytes / Self.blockSize.bytes
    }

    /// The most inodes that each group may have, so that at `size` they can still be numbered: a multiple of 16, as many
    /// as are in a block.
    package var mostInodesPerGroup: Int64 {
        let group = Self.blockSize * (Self.clustersPerGroup * clusterBlocks)
        let groups = max(1, (size.bytes - 1) / group.bytes + 1)
        return min(Self.clustersPerGroup, Int64(UInt32.max) / groups) / 16 * 16
    }
}
