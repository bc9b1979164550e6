// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// How large the root file system can become, and what ends its growth.
package struct GrowthLimit: Equatable, Sendable {
    /// nil: it stays as large as it is made.
    package var size: ByteCount?
    /// Completes "can grow to SIZE: ..." and "cannot grow: ...".
    package var reason: String
    package var hint: String
}

extension GrowthLimit {
    /// What ends the growth of a layout's root first; nil where only the options for mkfs tell.
    package static func first(of layout: DiskLayout, _ options: [String] = []) -> GrowthLimit? {
        guard let disk = layout.rootDisk, let root = layout.root else { return nil }
        let limits = place(of: root, on: disk) + [format(of: root, layout.growth, options)]
        return limits.compactMap(\.self).min { $0.size ?? .zero < $1.size ?? .zero }
    }

    // MARK: The place

    private static func place(of root: Volume, on disk: Disk) -> [GrowthLimit] {
        guard let table = disk.table else { return [] }
        guard let index = table.partitions.firstIndex(where: { $0.volume == root }) else {
            return []
        }
        if let next = table.partitions.dropFirst(index + 1).first {
            return [
                GrowthLimit(
                    reason: "partition '\(next.name)' lies behind it",
                    hint: "Put the root partition last in the disk's layout.")
            ]
        }
        if table.partitions[index].isLogical {
            return [
                GrowthLimit(
                    reason:
                        "it lies in a logical partition, which ends with the extended one around it",
                    hint: "Give the root partition the flag 'primary', or use 'label: gpt'.")
            ]
        }
        let start =
            (try? DiskGeometry(beforeMeasuring: disk))?.ranges[index].offset ?? table.alignment
        var limits: [GrowthLimit] = []
        if table.kind == .mbr {
            limits.append(
                GrowthLimit(
                    size: (ByteCount(disk.blockSize << 32) - start).roundedDown(to: .mebibytes(1)),
                    reason: "an MBR ends at 2^32 blocks of \(disk.blockSize) bytes",
                    hint:
                        "Use a GPT: name the element 'block-device-gpt' for a BIOS, 'block-device-efi'"
                        + " for UEFI, or write 'label: gpt' in a layout of your own."))
        }
        if let largest = disk.largestSize {
            limits.append(
                GrowthLimit(
                    size: (largest - start).roundedDown(to: .mebibytes(1)),
                    reason: "something else begins at \(largest) of the disk (max_size)",
                    hint:
                        "Leave out the element that lies behind the root file system, or have it begin later."
                ))
        }
        return limits
    }

    // MARK: The format

    private static func format(
        of root: Volume, _ growth: RootGrowth?, _ options: [String]
    ) -> GrowthLimit? {
        let hint = "Ask for less, or use another file system: FS_TYPE=xfs."
        switch root.type {
        case .ext2, .ext3:
            return GrowthLimit(
                size: .gibibytes(16 << 10),
                reason: "\(root.type.rawValue) numbers blocks in 32 bits",
                hint: "Use ext4, which is the default.")
        case .ext4 where growth != nil:
            return GrowthLimit(
                size: RootGrowth.largestExt4,
                reason: "larger clusters than 1 MiB are too much for an image's small files",
                hint: hint)
        case .ext4:
            // mke2fs's options decide how many inodes a group has.
            guard options.isEmpty else { return nil }
            return GrowthLimit(
                size: .gibibytes(64 << 10),
                reason: "then its inodes use up their numbers of 32 bits",
                hint: "Give --max-size.")
        // Both end far beyond what a disk or a number here can be.
        default: return nil
        }
    }
}
