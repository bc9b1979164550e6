// SPDX-License-Identifier: Apache-2.0

package import Diagnostics
internal import Dispatch
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// Writes a raw image as a qcow2 whose clusters are compressed with zstd on all cores.
///
/// qemu-img convert -c either compresses one cluster after the other or, with -W, writes them as they get ready, so that
/// two runs differ. Here clusters are compressed many at a time and written in order: fast, and the same image gives
/// the same bytes. Clusters of zeros take no space; one that does not shrink is stored as it is.
///
///     cluster 0    header
///     1 ...        data, compressed clusters back to back
///     then         L2 tables, L1 table, refcount blocks, refcount table, each at a cluster's start
///
/// The format is docs/interop/qcow2.txt of QEMU; version 3 with compression type 1 needs QEMU 5.1.
package struct Qcow2Writer: ~Copyable {
    static let clusterSize = 65536
    static let entriesPerTable = 8192

    private let source: FileDescriptor
    private let output: FileDescriptor
    private let size: Int64
    private let interrupt: FileDescriptor?
    private let slots: [ClusterSlot]
    private var tables: [Int: [UInt64]] = [:]
    private var references: [UInt16] = [1]
    private var buffer: [UInt8] = []
    /// Where the buffer's first byte is written; the data begins in cluster 1.
    private var flushed = Int64(Qcow2Writer.clusterSize)

    private var position: Int64 { flushed + Int64(buffer.count) }

    /// Reads all of `source` and writes `output`, an empty file, from its start.
    package static func convert(
        _ source: FileDescriptor, size: ByteCount, to output: FileDescriptor,
        interrupt: FileDescriptor? = nil
    ) throws {
        var writer = try Qcow2Writer(source, size: size, output, interrupt: interrupt)
        try writer.writeData()
        try writer.writeMetadata()
    }

    private init(
        _ source: FileDescriptor, size: ByteCount, _ output: FileDescriptor,
        interrupt: FileDescriptor?
    ) throws {
        self.source = source
        self.output = output
        self.size = size.roundedUp(to: ByteCount(512)).bytes
        self.interrupt = interrupt
        // Four for each core, so that one slot with harder data does not keep the cores waiting.
        // No more than 16: each takes 1.5 MiB.
        let cores = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
        slots = try (0..<min(16, 4 * cores)).map { _ in try ClusterSlot() }
    }

    /// Keeps all slots busy and takes their results in the order of the runs.
    private mutating func writeData() throws {
        let queue = DispatchQueue(label: "qcow2", attributes: .concurrent)
        let runs = try dataRuns()
        // However this ends, no thread may still be at work on a slot.
        defer { queue.sync(flags: .barrier) {} }
        for index in 0..<runs.count + slots.count {
            let slot = slots[index % slots.count]
            if index >= slots.count, index - slots.count < runs.count {
                try slot.wait()
                add(slot)
                try flush()
            }
            guard index < runs.count else { continue }
            try Interruption.check(interrupt, during: "writing the qcow2")
            let (run, source) = (runs[index], source)
            queue.async { slot.compress(run, of: source) }
        }
        try padToCluster()
    }

    /// The clusters that hold data, in runs that fit into a slot.
    private func dataRuns() throws -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var next = 0
        for range in try source.dataRanges(size: size) {
            let first = max(next, Int(range.lowerBound) / Self.clusterSize)
            let end = (Int(range.upperBound) + Self.clusterSize - 1) / Self.clusterSize
            for start in stride(from: first, to: end, by: ClusterSlot.clusters) {
                runs.append(start..<min(start + ClusterSlot.clusters, end))
            }
            next = max(next, end)
        }
        return runs
    }

    private mutating func add(_ slot: ClusterSlot) {
        for (cluster, result) in slot.results {
            switch result {
            case .zeros: continue
            case .compressed(let bytes):
                note(cluster, entry: Qcow2Format.compressedEntry(at: position, count: bytes.count))
                append(slot.compressed[bytes])
            case .plain(let bytes):
                appendZeros(upTo: Int64(Self.clusterSize))
                note(cluster, entry: UInt64(position) | Qcow2Format.copied)
                append(slot.input[bytes])
            }
        }
    }

    private mutating func note(_ cluster: Int, entry: UInt64) {
        let (table, index) = cluster.quotientAndRemainder(dividingBy: Self.entriesPerTable)
        let empty = [UInt64](repeating: 0, count: Self.entriesPerTable)
        tables[table, default: empty][index] = entry
    }

    /// Adds bytes and counts a reference to each cluster of the file that they touch.
    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        let first = Int(position) / Self.clusterSize
        let last = (Int(position) + bytes.count - 1) / Self.clusterSize
        while references.count <= last { references.append(0) }
        for cluster in first...last { references[cluster] += 1 }
        buffer += bytes
    }

    private mutating func appendZeros(upTo unit: Int64) {
        let count = (unit - position % unit) % unit
        buffer.append(contentsOf: repeatElement(0, count: Int(count)))
    }

    private mutating func flush() throws {
        try output.writeAll(toAbsoluteOffset: flushed, buffer)
        flushed += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func padToCluster() throws {
        appendZeros(upTo: Int64(Self.clusterSize))
        try flush()
    }

    /// Adds a table in clusters of its own and returns where it is.
    private mutating func append(table: [UInt64]) throws -> Int64 {
        let place = position
        append(Qcow2Format.bigEndian(table)[...])
        try padToCluster()
        return place
    }

    private mutating func writeMetadata() throws {
        let clusters = (Int(size) + Self.clusterSize - 1) / Self.clusterSize
        let tableCount = max(1, (clusters + Self.entriesPerTable - 1) / Self.entriesPerTable)
        var level1 = [UInt64](repeating: 0, count: tableCount)
        for index in tables.keys.sorted() {
            guard let table = tables[index] else { continue }
            level1[index] = UInt64(try append(table: table)) | Qcow2Format.copied
        }
        let level1Place = try append(table: level1)
        let (place, count) = try writeReferenceCounts()
        let header = Qcow2Format.header(
            size: size, level1: (level1Place, tableCount), references: (place, count))
        try output.writeAll(toAbsoluteOffset: 0, header)
    }

    /// Writes the refcount blocks and their table, which count themselves too.
    private mutating func writeReferenceCounts() throws -> (place: Int64, clusters: Int) {
        let used = Int(position) / Self.clusterSize
        let (blocks, tableClusters) = Qcow2Format.referenceClusters(for: used)
        references += [UInt16](
            repeating: 1, count: used + blocks + tableClusters - references.count)
        let places = (0..<blocks).map { UInt64(position) + UInt64($0 * Self.clusterSize) }
        let place = position + Int64(blocks * Self.clusterSize)
        buffer += Qcow2Format.bigEndian(references)
        buffer += [UInt8](repeating: 0, count: Int(place - position))
        try flush()
        buffer += Qcow2Format.bigEndian(places)
        try padToCluster()
        return (place, tableClusters)
    }
}
