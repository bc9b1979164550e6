// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Planning

/// How many bytes a volume must have for what it is to hold.
///
/// Of ext2, ext3 and ext4 the answer is exact; of the others it is an estimate on the safe side, since their tools
/// decide the details.
struct VolumeNeed {
    let volume: Volume
    let usage: TreeUsage
    /// Of ext2, ext3 and ext4.
    let wishes: FileSystemSize.Wishes

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

    private func bytes(freeShare: Double) -> ByteCount {
        let data = usage.blocks * 4096
        let own: Int64 =
            switch volume.type {
            // Inodes of 512 bytes in chunks of 64, btrees, the log of at most 64 MiB, 32 MiB that XFS keeps back for itself,
            // and what it reserves for files whose blocks are not chosen yet.
            case .xfs: usage.inodes * 1024 + data / 40 + (128 << 20)
            // Metadata is kept twice, in chunks that are reserved as a whole.
            case .btrfs: usage.inodes * 2048 + data / 50 + (160 << 20)
            // Two tables of clusters, and clusters of up to 32 KiB.
            case .vfat: usage.inodes * 16384 + data / 100 + (1 << 20)
            default: 0
            }
        let filled = Double(data + own) / (1 - freeShare)
        let bytes = ByteCount(Int64(filled.rounded(.up))).roundedUp(to: .kibibytes(64))
        return max(volume.type.leastSize, bytes)
    }
}
