// SPDX-License-Identifier: Apache-2.0

/// The blocks of one folder of an ext2, ext3 or ext4: a list of entries, behind an index where one block is not enough.
///
/// An index is a tree of the names' hashes: its root lies in the first block, behind "." and "..", and leads to blocks
/// of entries directly or, beyond some 500 blocks, through blocks of its own.
///
///     root   "." ".."  how to hash   limit, count, block   hash, block   hash, block ...
///     node   8 bytes that look empty limit, count, block   hash, block   hash, block ...
///     leaf   entries whose hashes are not below its own, and below the next one's
///
/// Source: Documentation/filesystems/ext4/directory.rst of Linux.
struct ExtFolder {
    struct Entry {
        var name: [UInt8]
        var inode: UInt32
        /// The number that stands for file, folder, link and so on.
        var kind: UInt8
    }

    /// What a file system's features say about its folders; sizes in bytes.
    struct Format: Equatable {
        var blockSize = 4096
        /// What the checksum of a block of entries, or of the index, takes at the block's end.
        var entryTail = 12
        var indexTail = 8
        var hasKinds = true
        var hasIndex = true
        var hashVersion: UInt8 = 1

        /// How many entries the root of an index, and a node below it, have room for.
        var rootLimit: Int { (blockSize - 32 - indexTail) / 8 }
        var nodeLimit: Int { (blockSize - 8 - indexTail) / 8 }
        /// The bytes of a block that entries can take.
        var entrySpace: Int { blockSize - entryTail }
    }

    static let folderKind: UInt8 = 2

    let format: Format
    let inode: UInt32
    let parent: UInt32

    /// The bytes that an entry takes.
    static func length(ofName count: Int) -> Int { 8 + (count + 3) / 4 * 4 }

    /// The folder's blocks, with room for their checksums; without an index entries stay in their order.
    func blocks(
        _ entries: [Entry], hash: ([UInt8]) throws -> UInt32
    ) throws -> (bytes: [UInt8], isIndexed: Bool) {
        var list = EntryBlocks(format: format)
        _ = list.add(Entry(name: [0x2E], inode: inode, kind: Self.folderKind))
        _ = list.add(Entry(name: [0x2E, 0x2E], inode: parent, kind: Self.folderKind))
        for entry in entries { _ = list.add(entry) }
        let plain = list.finished()
        guard plain.count > format.blockSize, format.hasIndex else { return (plain, false) }
        var leaves = EntryBlocks(format: format)
        let starts = try fill(&leaves, with: entries, hash)
        guard let index = index(of: starts) else { return (plain, false) }
        return (index + leaves.finished(), true)
    }

    /// Adds the entries by their hashes, and returns the hash that each block begins with.
    private func fill(
        _ leaves: inout EntryBlocks, with entries: [Entry], _ hash: ([UInt8]) throws -> UInt32
    ) throws -> [UInt32] {
        let hashed = try entries.enumerated()
            .map { (hash: try hash($0.element.name), place: $0.offset, entry: $0.element) }
            .sorted { ($0.hash, $0.place) < ($1.hash, $1.place) }
        var starts: [UInt32] = []
        var last: UInt32?
        for (hash, _, entry) in hashed {
            // The lowest bit says that the block before holds names of the same hash.
            if leaves.add(entry) { starts.append(hash == last ? hash | 1 : hash) }
            last = hash
        }
        return starts
    }

    /// The root and the nodes that lead to as many blocks as there are hashes, which follow them.
    ///
    /// nil: too many for one level of nodes, which is what every kernel reads.
    private func index(of starts: [UInt32]) -> [UInt8]? {
        guard starts.count > format.rootLimit else {
            return root(starts.enumerated().map { ($1, $0 + 1) }, levels: 0)
        }
        let count = (starts.count + format.nodeLimit - 1) / format.nodeLimit
        guard count <= format.rootLimit else { return nil }
        let leaves = starts.enumerated().map { ($1, $0 + 1 + count) }
        var nodes: [UInt8] = []
        var top: [(UInt32, Int)] = []
        for first in stride(from: 0, to: leaves.count, by: format.nodeLimit) {
            let part = leaves[first...].prefix(format.nodeLimit)
            top.append((starts[first], top.count + 1))
            nodes += block(head: emptyEntry, limit: format.nodeLimit, Array(part))
        }
        return root(top, levels: 1) + nodes
    }

    private func root(_ entries: [(UInt32, Int)], levels: UInt8) -> [UInt8] {
        var head = EntryBlocks.record(
            Entry(name: [0x2E], inode: inode, kind: Self.folderKind), length: 12, format)
        head += EntryBlocks.record(
            Entry(name: [0x2E, 0x2E], inode: parent, kind: Self.folderKind),
            length: format.blockSize - 12, format
        ).prefix(12)
        head += [0, 0, 0, 0, format.hashVersion, 8, levels, 0]
        return block(head: head, limit: format.rootLimit, entries)
    }

    /// What makes a node look like a block without entries.
    private var emptyEntry: [UInt8] {
        Array(
            EntryBlocks.record(
                Entry(name: [], inode: 0, kind: 0), length: format.blockSize, format
            ).prefix(8))
    }

    /// A block of the index; the hash of its first entry is not stored, limit and count are in its place.
    private func block(head: [UInt8], limit: Int, _ entries: [(UInt32, Int)]) -> [UInt8] {
        var bytes = head
        bytes.append(contentsOf: UInt16(limit).littleEndianBytes)
        bytes.append(contentsOf: UInt16(entries.count).littleEndianBytes)
        for (index, entry) in entries.enumerated() {
            if index > 0 { bytes.append(contentsOf: entry.0.littleEndianBytes) }
            bytes.append(contentsOf: UInt32(entry.1).littleEndianBytes)
        }
        return bytes + [UInt8](repeating: 0, count: format.blockSize - bytes.count)
    }
}

/// Blocks that are filled with entries one after the other.
private struct EntryBlocks {
    let format: ExtFolder.Format
    private var bytes: [UInt8] = []
    /// Where the last entry begins, and how much of its block is used up to its end.
    private var lastEntry = 0
    private var used = 0

    init(format: ExtFolder.Format) {
        self.format = format
        used = format.blockSize
    }

    /// Adds an entry; true when a block begins with it.
    mutating func add(_ entry: ExtFolder.Entry) -> Bool {
        let length = ExtFolder.length(ofName: entry.name.count)
        let beginsBlock = used + length > format.entrySpace
        if beginsBlock {
            finishBlock()
            used = 0
        }
        lastEntry = bytes.count
        bytes += Self.record(entry, length: length, format)
        used += length
        return beginsBlock
    }

    /// The blocks, the last one filled up.
    func finished() -> [UInt8] {
        var blocks = self
        blocks.finishBlock()
        return blocks.bytes
    }

    /// The last entry takes what is left, up to the checksum's place, which looks like an entry without a name.
    private mutating func finishBlock() {
        guard !bytes.isEmpty else { return }
        let length = format.entrySpace - used + bytes.count - lastEntry
        bytes.replaceSubrange(
            lastEntry + 4..<lastEntry + 6,
            with: UInt16(truncatingIfNeeded: length).littleEndianBytes)
        bytes += [UInt8](repeating: 0, count: format.entrySpace - used)
        guard format.entryTail > 0 else { return }
        bytes += [0, 0, 0, 0] + UInt16(format.entryTail).littleEndianBytes + [0, 0xDE, 0, 0, 0, 0]
    }

    /// An entry of `length` bytes; only as many bytes as its name needs.
    static func record(
        _ entry: ExtFolder.Entry, length: Int, _ format: ExtFolder.Format
    ) -> [UInt8] {
        var record = Array(entry.inode.littleEndianBytes)
        record += UInt16(truncatingIfNeeded: length).littleEndianBytes
        record += [UInt8(entry.name.count), format.hasKinds ? entry.kind : 0] + entry.name
        let padding = ExtFolder.length(ofName: entry.name.count) - record.count
        return record + [UInt8](repeating: 0, count: padding)
    }
}

extension FixedWidthInteger {
    fileprivate var littleEndianBytes: [UInt8] {
        withUnsafeBytes(of: littleEndian) { Array($0) }
    }
}
