// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// What a byte range of a disk is formatted as.
package enum FileSystemType: String, CaseIterable, Codable, Sendable {
    case ext2, ext3, ext4, xfs, btrfs, vfat, swap

    /// The type that `mkfs -t` knows under `name`: "fat" is vfat, too.
    package init?(named name: String) {
        guard name != "fat" else {
            self = .vfat
            return
        }
        self.init(rawValue: name)
    }

    /// In bytes.
    package var longestLabel: Int {
        switch self {
        case .ext2, .ext3, .ext4, .swap: 16
        case .xfs: 12
        case .vfat: 11
        case .btrfs: 255
        }
    }

    /// The least that holds any file system of the type; what its files need comes on top.
    package var leastSize: ByteCount {
        switch self {
        case .ext2, .ext3, .ext4: .mebibytes(1)
        case .xfs: .mebibytes(300)
        case .btrfs: .mebibytes(256)
        case .vfat: .mebibytes(8)
        // Ten pages, the least that the kernel takes.
        case .swap: .kibibytes(40)
        }
    }

    package var isExtended: Bool { [.ext2, .ext3, .ext4].contains(self) }

    /// Whether the file system keeps owners, links and nodes, so that an operating system can live on it.
    package var canHoldRoot: Bool { self != .vfat && self != .swap }

    /// Whether the same tree gives the same bytes: the others are filled while they are mounted.
    package var isReproducible: Bool { self != .xfs && self != .btrfs }

    /// The label as the file system stores it.
    package func storedLabel(_ label: String) -> String {
        self == .vfat ? label.uppercased() : label
    }
}
