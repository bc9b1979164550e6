// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Whether GRUB can read the file system that holds /boot, and find it.
struct BootFiles {
    /// Features that GRUB 2.06 refuses, by the words of mkfs that turn them on.
    private static let unreadable: [FileSystemType: [String]] = [
        .ext4: [
            "metadata_csum_seed", "casefold", "ea_inode", "inline_data", "large_dir", "dirdata",
            "journal_dev",
        ],
        .xfs: ["nrext64=1", "parent=1", "exchange=1", "metadir=1"],
        .btrfs: ["extent-tree-v2", "raid-stripe-tree", "zoned"],
    ]

    let layout: DiskLayout
    let request: BuildRequest

    func fault() -> BootPlanner.Fault? {
        guard let volume = layout.bootVolume else { return nil }
        let place = volume.mountPoint == "/" ? "the root file system" : "'/boot'"
        let below = layout.volumes.compactMap(\.mountPoint).first { $0.hasPrefix("/boot/grub") }
        if let below {
            return .init(
                "has a file system of its own at '\(below)', where GRUB looks for nothing",
                "Leave '\(below)' on the file system that holds '/boot'.")
        }
        guard layout.disks.first?.volumes.contains(volume) == true else {
            return .init(
                "has \(place) on another disk than the boot loader",
                "Put it on '\(Disk.mainName)'.")
        }
        guard volume.type.canHoldRoot else {
            return .init(
                "has \(place) on \(volume.type.rawValue), which keeps neither links nor owners of"
                    + " the packages' files",
                "Use ext4, xfs or btrfs for it.")
        }
        if let feature = unreadableFeature(of: volume) {
            return .init(
                "has \(place) on \(volume.type.rawValue) with '\(feature)', which GRUB cannot read",
                "Leave it out, or give '/boot' a file system of its own without it.")
        }
        return labelFault(volume) ?? layout.root.flatMap(labelFault)
    }

    private func unreadableFeature(of volume: Volume) -> String? {
        // As VolumeWriter does it: the request's words count where the layout has none.
        let words =
            volume.options.isEmpty && volume.mountPoint == "/"
            ? request.mkfsOptions.flatMap { $0.split(separator: " ").map(String.init) }
            : volume.options
        let features = Set(words.flatMap { $0.split { ",".contains($0) } }.map(String.init))
        let type: FileSystemType = volume.type.isExtended ? .ext4 : volume.type
        return Self.unreadable[type]?.first(where: features.contains)
    }

    /// A label is a word of GRUB's commands and of the kernel's command line.
    private func labelFault(_ volume: Volume) -> BootPlanner.Fault? {
        let isPlain = volume.label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_.+:@".utf8.contains(byte)
            }
        }
        guard !isPlain || volume.label.isEmpty else { return nil }
        return .init(
            "has the file system '\(volume.name)' with the label '\(volume.label)', which GRUB cannot be"
                + " told",
            "Use letters, digits, '-', '_' and '.'.")
    }
}
