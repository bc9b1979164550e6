// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
package import Planning

/// The sizes that `ImageWriter.measure` found, and where everything lies on the disks.
package struct ImageMeasure: Equatable, Sendable {
    /// One volume with its place and what it is to hold.
    package struct PlacedVolume: Equatable, Sendable {
        package var volume: Volume
        package var place: VolumePlace
        package var usage: TreeUsage
        /// Of ext2, ext3 and ext4.
        package var fileSystem: FileSystemSize?

        /// Where it lies in the file that programs work on.
        package var range: ByteRange { place.range }
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

    /// What the root file system can grow to, and what its clusters cost; nil where nobody asked for growth.
    package func growthNote(_ layout: DiskLayout) -> String? {
        guard let growth = layout.growth, let root else { return nil }
        let text = "the root file system can grow to \(growth.size.exactText)"
        guard let cluster = growth.clusterSize else { return text }
        let spare = FileSystemSize.blockSize * root.usage.spareBlocks
        return text
            + " in clusters of \(cluster.exactText): what is in it takes \(spare) more than in blocks of 4 KiB"
    }

    /// Where the root file system lies.
    package var root: PlacedVolume? {
        disks.flatMap(\.volumes).first { $0.volume.mountPoint == "/" }
    }
}
