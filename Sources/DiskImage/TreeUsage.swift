// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
package import LinuxSystem
package import SystemPackage

/// What a tree needs of an ext4 with blocks of 4 KiB and inodes of 256 bytes, counted without entering any mount.
package struct TreeUsage: Equatable, Sendable {
    /// Blocks that hold data of files: what lies in holes is not counted, a file with more names counts once.
    package private(set) var dataBlocks: Int64 = 0
    /// Blocks of folders, of long links, of extended attributes and of extent trees.
    package private(set) var metadataBlocks: Int64 = 0
    /// Blocks that list the blocks of files where a file system has no extents.
    package private(set) var indirectBlocks: Int64 = 0
    /// Of the blocks of data, those of files of 2 KiB at most, and what is in them: btrfs keeps these beside the inode.
    package private(set) var smallBlocks: Int64 = 0
    package private(set) var smallBytes: Int64 = 0
    /// Of all blocks, those that are only in use because space is handed out in clusters.
    package private(set) var spareBlocks: Int64 = 0
    /// Files that are not empty.
    package private(set) var filledFiles: Int64 = 0
    package private(set) var inodes: Int64 = 0
    package private(set) var folders: Int64 = 0
    /// What of it a vfat does not keep, if it was counted for one.
    package private(set) var fatLosses = FatLosses()
    /// A digest of every name, mode, owner, size and time: equal trees have equal ones.
    package private(set) var digest = ContentDigest()

    package var blocks: Int64 { dataBlocks + metadataBlocks }

    private var seen: Set<UInt64> = []
    /// Whether it is counted for a file system that has neither hard links nor holes.
    private var isPlain = false
    private var clusterBlocks: Int64 = 1
    private var openFolders: [FolderSize] = []

    /// What the names of an open folder take, and how deep it lies.
    private struct FolderSize: Equatable {
        private static let format = ExtFolder.Format()

        var depth: Int
        /// The last block, where entries stand in their order, and what it holds: "." and ".." to begin with.
        private var blocks: Int64 = 1
        private var used = 24
        /// Of all names, and of the longest.
        private var total: Int64 = 0
        private var longest: Int64 = 0

        init(depth: Int) { self.depth = depth }

        mutating func add(nameOf count: Int) {
            let length = ExtFolder.length(ofName: count)
            if used + length > Self.format.entrySpace {
                blocks += 1
                used = 0
            }
            used += length
            total += Int64(length)
            longest = max(longest, Int64(length))
        }

        /// The most blocks that the folder can take.
        ///
        /// Behind an index the order of names is that of their hashes, which nobody knows yet: each block can end with a
        /// gap that the longest name just does not fit into.
        var mostBlocks: Int64 {
            guard blocks > 1 else { return 1 }
            let (root, node) = (Int64(Self.format.rootLimit), Int64(Self.format.nodeLimit))
            let least = Int64(Self.format.entrySpace) - longest + 4
            let leaves = (total + least - 1) / least
            return max(blocks, 1 + leaves + (leaves > root ? (leaves + node - 1) / node : 0))
        }
    }

    /// Counts a tree.
    ///
    /// Entries that were changed after `latestTime`, in seconds since 1970, are set back to it, on the tree itself, so
    /// that mke2fs, which copies the times, finds the same in every build. Folders of `excluded`, paths below the tree
    /// without a slash in front, count, but not what is in them: that goes elsewhere. Where
    /// `isPlain`, there are neither hard links nor holes. Space is handed out in clusters of `clusterBlocks` blocks.
    /// `check` sees each entry first.
    package static func measure(
        _ tree: FilePath, excluded: Set<String> = [], latestTime: Int64? = nil,
        isPlain: Bool = false, clusterBlocks: Int64 = 1, interrupt: FileDescriptor? = nil,
        check: (TreeEntry) throws -> Void = { _ in }
    ) throws -> TreeUsage {
        var usage = TreeUsage()
        usage.isPlain = isPlain
        usage.clusterBlocks = clusterBlocks
        let excluded = Set(excluded.map { Array($0.utf8) })
        try TreeWalk(root: tree, interrupt: interrupt).forEach { entry in
            do {
                try check(entry)
                try usage.count(entry, latestTime: latestTime)
            } catch let error as Errno {
                throw BuildError(
                    .buildFailed, "cannot measure '\(entry.displayPath)' of the tree: \(error)")
            }
            return !excluded.contains(entry.path)
        }
        usage.closeFolders(to: 0)
        usage.seen = []
        return usage
    }

    private mutating func count(_ entry: TreeEntry, latestTime: Int64?) throws {
        if entry.isMountPoint {
            throw BuildError(
                .buildFailed, "'\(entry.displayPath)' of the tree is still a mount point")
        }
        var time = Int64(entry.status.st_mtim.tv_sec)
        if let latestTime, time > latestTime {
            try entry.setModificationTime(latestTime)
            time = latestTime
        }
        addName(of: entry)
        addToDigest(entry, time: time)
        if entry.kind == .folder {
            folders += 1
        } else if entry.status.st_nlink > 1, !isPlain {
            guard seen.insert(UInt64(entry.status.st_ino)).inserted else { return }
        }
        inodes += 1
        if isPlain { try fatLosses.count(entry) }
        addMetadata(try attributeBlocks(of: entry))
        switch entry.kind {
        case .file: try addData(of: entry)
        // Up to 59 bytes fit into the inode.
        case .link where entry.status.st_size >= 60: addMetadata(1)
        default: break
        }
    }

    private mutating func addData(of entry: TreeEntry) throws {
        let size = Int64(entry.status.st_size)
        let allocated = Int64(entry.status.st_blocks) * 512
        if size > 0 { filledFiles += 1 }
        var ranges = size > 0 ? [0..<size] : []
        if allocated < size, !isPlain {
            let file = try entry.open()
            ranges = try file.closeAfter { try file.dataRanges(size: size) }
        }
        var extents: Int64 = 0
        // Ranges that share a cluster have it together.
        var taken: Int64 = 0
        for range in ranges {
            let blocks = (range.upperBound + 4095) / 4096 - range.lowerBound / 4096
            let cluster = 4096 * clusterBlocks
            let end = (range.upperBound + cluster - 1) / cluster
            let occupied = (end - max(taken, range.lowerBound / cluster)) * clusterBlocks
            taken = end
            dataBlocks += occupied
            spareBlocks += max(0, occupied - blocks)
            // An extent covers at most 128 MiB; one more where a block group ends.
            extents += blocks / 32768 + 1
        }
        if size <= 2048 {
            smallBlocks += ranges.isEmpty ? 0 : 1
            smallBytes += size
        }
        let length = (size + 4095) / 4096
        // Twelve blocks are listed in the inode, 1024 in a block.
        if length > 12 { indirectBlocks += (length + 1023) / 1024 + (length > 1036 ? 2 : 0) }
        // Four extents fit into the inode, 340 into a block.
        for _ in 0..<(extents > 4 ? extents / 340 + 1 : 0) { addMetadata(1) }
    }

    /// Counts blocks that share clusters with nothing else.
    private mutating func addMetadata(_ blocks: Int64) {
        let occupied = (blocks + clusterBlocks - 1) / clusterBlocks * clusterBlocks
        metadataBlocks += occupied
        spareBlocks += occupied - blocks
    }

    private func attributeBlocks(of entry: TreeEntry) throws -> Int64 {
        let attributes = try entry.extendedAttributes()
        // What is left of the inode of 256 bytes after the fixed 128 and the extra 32, less the header and the end.
        let space = 256 - 128 - 32 - 8
        let needed = attributes.reduce(0) {
            $0 + (16 + $1.name.count + 3) / 4 * 4 + ($1.value.count + 3) / 4 * 4
        }
        return needed > space ? 1 : 0
    }

    /// Adds the entry's name to the folder that holds it.
    private mutating func addName(of entry: TreeEntry) {
        let depth = entry.path.isEmpty ? 0 : 1 + entry.path.count { $0 == UInt8(ascii: "/") }
        closeFolders(to: depth)
        if let parent = openFolders.indices.last {
            openFolders[parent].add(nameOf: entry.name.count)
        }
        if entry.kind == .folder { openFolders.append(FolderSize(depth: depth)) }
    }

    private mutating func closeFolders(to depth: Int) {
        while let last = openFolders.last, last.depth >= depth {
            addMetadata(last.mostBlocks)
            openFolders.removeLast()
        }
    }

    private mutating func addToDigest(_ entry: TreeEntry, time: Int64) {
        digest.add(entry.path)
        for number in [
            Int64(entry.status.st_mode), Int64(entry.status.st_uid), Int64(entry.status.st_gid),
            Int64(entry.kind == .file ? entry.status.st_size : 0), time,
        ] {
            digest.add(number)
        }
    }
}
