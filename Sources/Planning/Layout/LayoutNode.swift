// SPDX-License-Identifier: Apache-2.0

/// One node of a block-device configuration in graph notation: each names the node that it is based on.
struct LayoutNode: Equatable {
    enum Kind: String, CaseIterable {
        case localLoop = "local_loop"
        case partitioning
        /// An item of a partitioning node's list; no key of its own.
        case partition
        case lvm
        /// Items of the lists of an lvm node; no keys of their own.
        case physicalVolume = "pvs"
        case volumeGroup = "vgs"
        case logicalVolume = "lvs"
        case luks
        case mkfs
        case mount
        case fstab

        /// The keys that stand at the top, or in a node that they are based on.
        static let keys = [localLoop, partitioning, lvm, luks, mkfs, mount, fstab]

        /// The lists of an lvm node, in the order in which their items are based on each other.
        static let volumeLists = [physicalVolume, volumeGroup, logicalVolume]

        /// What nodes of this kind can be based on.
        var bases: [Kind] {
            switch self {
            case .localLoop: []
            case .partitioning: [.localLoop]
            case .partition: [.partitioning]
            // What is below it is named by its items.
            case .lvm: []
            case .physicalVolume: [.partition]
            case .volumeGroup: [.physicalVolume]
            case .logicalVolume: [.volumeGroup]
            case .luks: [.localLoop, .partition, .logicalVolume]
            case .mkfs: [.localLoop, .partition, .logicalVolume, .luks]
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
            case .lvm: ["name", "base", "pvs", "vgs", "lvs"]
            case .physicalVolume, .volumeGroup: ["name", "base", "options"]
            case .logicalVolume:
                ["name", "base", "size", "extents", "type", "thin-pool", "options"]
            case .luks: ["name", "base", "uuid", "key-file", "options"]
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
            case .lvm: "LVM"
            case .physicalVolume: "physical volume"
            case .volumeGroup: "volume group"
            case .logicalVolume: "logical volume"
            case .luks: "LUKS volume"
            case .mkfs: "file system"
            case .mount: "mount"
            case .fstab: "fstab entry"
            }
        }
    }

    var kind: Kind
    var name: String
    /// nil: it has none, or, a volume group, several.
    var base: String?
    var settings: [String: YAMLNode]
    var line: Int
}
