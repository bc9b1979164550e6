// SPDX-License-Identifier: Apache-2.0

/// The numbers of a qcow2 file, version 3, with clusters of 64 KiB and reference counts of 16 bits.
enum Qcow2Format {
    /// An entry of an L1 or L2 table whose cluster has one reference.
    static let copied: UInt64 = 1 << 63
    private static let compressed: UInt64 = 1 << 62
    /// Below are the bits of the place, above those of the number of sectors: 62 - (cluster bits - 8).
    private static let sectorShift: UInt64 = 54
    private static let referencesPerBlock = Qcow2Writer.clusterSize / 2

    /// The L2 entry of a compressed cluster: where it begins and how many more sectors of 512 bytes it reaches into.
    static func compressedEntry(at place: Int64, count: Int) -> UInt64 {
        let sectors = (place + Int64(count) - 1) / 512 - place / 512
        return compressed | UInt64(sectors) << sectorShift | UInt64(place)
    }

    /// How many clusters the refcount blocks and their table need when `used` others are in use.
    static func referenceClusters(for used: Int) -> (blocks: Int, table: Int) {
        var blocks = 1
        var table = 1
        while true {
            let neededBlocks = (used + blocks + table + referencesPerBlock - 1) / referencesPerBlock
            let perCluster = Qcow2Writer.entriesPerTable
            let neededTable = (neededBlocks + perCluster - 1) / perCluster
            if neededBlocks <= blocks && neededTable <= table { return (blocks, table) }
            blocks = max(blocks, neededBlocks)
            table = max(table, neededTable)
        }
    }

    static func bigEndian<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * MemoryLayout<Value>.size)
        for value in values {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// The header and the end of its extensions.
    static func header(
        size: Int64, level1: (place: Int64, count: Int), references: (place: Int64, clusters: Int)
    ) -> [UInt8] {
        var bytes: [UInt8] = Array("QFI".utf8) + [0xFB]
        // Version; place (64 bits) and size of a backing file; cluster bits.
        bytes += bigEndian([3, 0, 0, 0, 16] as [UInt32])
        bytes += bigEndian([UInt64(size)])
        // Encryption; entries of the L1 table.
        bytes += bigEndian([0, UInt32(level1.count)])
        bytes += bigEndian([UInt64(level1.place), UInt64(references.place)])
        // Clusters of the refcount table; number and place (64 bits) of snapshots.
        bytes += bigEndian([UInt32(references.clusters), 0, 0, 0])
        // Features: incompatible (bit 3: a compression type follows), compatible, auto-clear.
        bytes += bigEndian([1 << 3, 0, 0] as [UInt64])
        // Reference counts of 1 << 4 bits; length of the header; compression type 1, zstd, and padding.
        bytes += bigEndian([4, 112] as [UInt32]) + [1, 0, 0, 0, 0, 0, 0, 0]
        // No extensions.
        return bytes + [UInt8](repeating: 0, count: 8)
    }
}
