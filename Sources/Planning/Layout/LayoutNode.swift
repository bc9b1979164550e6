// SPDX-License-Identifier: Apache-2.0

/// One node of a block-device configuration in graph notation: each names the node that it is based on.
struct LayoutNode: Equatable {
    enum Kind: String, CaseIterable {
        case localLoop = "local_loop"
        case partitioning
        /// An item of a partitioning node's list; no key of its own.
        case partition
        case mkfs
        case mount
        case fstab

        /// The keys that stand at the top, or in a node that they are based on.
        static let keys = [localLoop, partitioning, mkfs, mount, fstab]

        /// What nodes of this kind can be based on.
        var bases: [Kind] {
            switch self {
            case .localLoop: []
            case .partitioning: [.localLoop]
            case .partition: [.partitioning]
            case .mkfs: [.localLoop, .partition]
            case .mount: [.mkfs]
            case .fstab: [.mount]
            }
        }

        /// The keys of its own settings.
        var settings: [String] {
            switch self {
            case .localLoop: ["name", "size", "max_size", "directory", "block_size"]
            case .partitioning: ["name", "base", "label", "align", "partitions"]
            case .partition: ["name", "base", "start", "size", "type", "flags"]
            case .mkfs: ["name", "base", "type", "label", "opts", "uuid"]
            case .mount: ["name", "base", "mount_point"]
            case .fstab: ["name", "base", "options", "dump-freq", "fsck-passno"]
            }
        }

        /// What it is called in messages.
        var title: String {
            switch self {
            case .localLoop: "disk"
            case .partitioning: "partition table"
            case .partition: "partition"
            case .mkfs: "file system"
            case .mount: "mount"
            case .fstab: "fstab entry"
            }
        }
    }

    var kind: Kind
    var name: String
    var base: String?
    var settings: [String: YAMLNode]
    var line: Int
}
