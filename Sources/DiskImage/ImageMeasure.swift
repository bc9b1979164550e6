// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Planning

/// The sizes that `ImageWriter.measure` found, and where everything lies on the disks.
package struct ImageMeasure: Equatable, Sendable {
    /// One volume with its place and what it is to hold.
    package struct PlacedVolume: Equatable, Sendable {
        package var volume: Volume
        package var range: ByteRange
        package var usage: TreeUsage
        /// Of ext2, ext3 and ext4.
        package var fileSystem: FileSystemSize?
    }

    package struct PlacedDisk: Equatable, Sendable {
        package var disk: Disk
        package var geometry: DiskGeometry
        package var volumes: [PlacedVolume]
    }

    package var disks: [PlacedDisk]
    /// What identities are derived from: everything that is in the tree.
    package var digest: ContentDigest

    /// The size of the first disk.
    package var imageSize: ByteCount { disks.first?.geometry.size ?? .zero }

    /// Where the root file system lies.
    package var root: PlacedVolume? {
        disks.flatMap(\.volumes).first { $0.volume.mountPoint == "/" }
    }
}
