// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import DiskImage
import Planning

/// A disk of a manifest: its size and where its partitions came to lie, in bytes.
struct ManifestDisk: Encodable {
    struct Partition: Encodable {
        /// As a system counts it.
        var number: Int
        var name: String
        var start: Int64
        var size: Int64
    }

    var name: String
    var size: Int64
    /// nil: the disk is one file system.
    var partitions: [Partition]?

    init(_ placed: ImageMeasure.PlacedDisk) {
        name = placed.disk.name
        size = placed.geometry.size.bytes
        partitions = placed.disk.table.map { table in
            zip(table.partitions.indices, placed.geometry.ranges).map { index, range in
                Partition(
                    number: table.number(of: index), name: table.partitions[index].name,
                    start: range.offset.bytes, size: range.length.bytes)
            }
        }
    }
}
