// SPDX-License-Identifier: Apache-2.0

/// An image's /etc/fstab: which of its partitions belong below the root.
package struct FileSystemTable {
    /// One line.
    package struct Entry: Equatable {
        /// The first field, such as "UUID=..." or "/dev/vda1".
        package let source: String
        /// The path where it is mounted.
        package let mountPoint: String
        /// The file system's type.
        package let type: String
        /// The subvolume of a btrfs, without slashes at its ends; nil for its default.
        package let subvolume: String?
    }

    /// The file systems of disks that are mounted below the root, outer ones before inner ones.
    package let entries: [Entry]

    private static let diskTypes = ["auto", "ext2", "ext3", "ext4", "xfs", "btrfs", "vfat"]

    /// Reads the text of an fstab.
    package init(_ text: String) {
        let all = text.split(separator: "\n").compactMap { line -> Entry? in
            let words = line.split(whereSeparator: \.isWhitespace).map(Self.unescaped)
            guard words.count >= 3, !words[0].hasPrefix("#"), words[1].hasPrefix("/"),
                words[1] != "/", Self.diskTypes.contains(words[2])
            else { return nil }
            let options = words.count > 3 ? words[3].split(separator: ",") : []
            let subvolume = options.first { $0.hasPrefix("subvol=") }?.dropFirst(7)
                .split(separator: "/").joined(separator: "/")
            return Entry(
                source: words[0], mountPoint: words[1], type: words[2], subvolume: subvolume)
        }
        entries = all.sorted { $0.depth < $1.depth }
    }

    /// The fields have spaces as \040, fstab(5).
    private static func unescaped(_ word: Substring) -> String {
        String(word).replacing("\\040", with: " ").replacing("\"", with: "")
    }
}

extension FileSystemTable.Entry {
    fileprivate var depth: Int { mountPoint.split(separator: "/").count }

    /// Whether the line means this partition.
    package func means(_ partition: ImagePartition) -> Bool {
        let links = [
            "/dev/disk/by-uuid/": "UUID=", "/dev/disk/by-label/": "LABEL=",
            "/dev/disk/by-partuuid/": "PARTUUID=", "/dev/disk/by-partlabel/": "PARTLABEL=",
        ]
        var source = source
        for (folder, tag) in links where source.hasPrefix(folder) {
            source = tag + source.dropFirst(folder.count)
        }
        if source.hasPrefix("/dev/") {
            let disks = ["/dev/sda", "/dev/vda", "/dev/xvda", "/dev/hda", "/dev/nvme0n1p"]
            return partition.number > 0
                && disks.contains { source == $0 + String(partition.number) }
        }
        let parts = source.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return false }
        let (value, lower) = (parts[1], parts[1].lowercased())
        return switch parts[0] {
        case "UUID": lower == partition.fileSystemID.lowercased()
        case "LABEL": value == partition.label
        case "PARTUUID": lower == partition.partitionID
        case "PARTLABEL": value == partition.partitionLabel
        default: false
        }
    }

    /// Whether the line names a volume that the device mapper makes.
    package var isMapped: Bool {
        source.hasPrefix("/dev/mapper/") || source.hasPrefix("/dev/dm-")
    }
}
