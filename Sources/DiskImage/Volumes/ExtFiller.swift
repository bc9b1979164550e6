// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Copies a tree into a fresh ext2, ext3 or ext4, entry by entry in the order of a `TreeWalk`.
///
/// An entry gets its inode when it is visited; a folder is written when everything in it has one. So the names of open
/// folders are in memory, and the inodes of files of which more names are to come, but not the tree.
final class ExtFiller {
    private static let pieceSize = 1 << 20
    /// From this size on the kernel copies, without a stop in this process's memory.
    private static let leastSent = 1 << 16
    /// What a short link's target is less than, as it lies in the inode in place of the list of blocks.
    private static let linkSpace = 60
    private static let lostAndFound = Array("lost+found".utf8)

    private struct OpenFolder {
        var inode: ExtFileSystem.Inode
        var parent: UInt32
        /// How many folders it lies in.
        var depth: Int
        var entries: [ExtFolder.Entry] = []
        var attributes: [(name: [UInt8], value: [UInt8])]
    }

    private struct FileIdentity: Hashable {
        var device: UInt
        var inode: UInt
    }

    private struct LinkedFile {
        var inode: UInt32
        var names = 1
    }

    private let fileSystem: ExtFileSystem
    private let interrupt: FileDescriptor?
    private var folders: [OpenFolder] = []
    private var linked: [FileIdentity: LinkedFile] = [:]
    private var buffer = [UInt8](repeating: 0, count: ExtFiller.pieceSize)

    /// Fills the file system that begins at a byte of an image; `time`, in seconds since 1970, is that of making.
    static func fill(
        _ image: FileDescriptor, offset: ByteCount, from tree: FilePath, time: Int64,
        interrupt: FileDescriptor?
    ) throws {
        let fileSystem = try ExtFileSystem(image, offset: offset, time: time)
        let filler = ExtFiller(fileSystem, interrupt)
        try TreeWalk(root: tree, interrupt: interrupt).forEach { try filler.add($0) }
        try filler.finish()
        try fileSystem.close()
    }

    private init(_ fileSystem: ExtFileSystem, _ interrupt: FileDescriptor?) {
        self.fileSystem = fileSystem
        self.interrupt = interrupt
    }

    /// Adds one entry; whether the walk enters it.
    private func add(_ entry: TreeEntry) throws -> Bool {
        // mke2fs made it, and nothing of a tree belongs there.
        if entry.path == Self.lostAndFound { return false }
        do {
            try closeFolders(to: entry.depth)
            if entry.path.isEmpty {
                try openRoot(entry)
            } else {
                try addToFolder(entry)
            }
        } catch let error as Errno {
            throw BuildError(
                .buildFailed, "cannot put '\(entry.displayPath)' into the file system: \(error)")
        }
        return true
    }

    private func openRoot(_ entry: TreeEntry) throws {
        let lostAndFound = try fileSystem.emptyRoot()
        folders = [
            OpenFolder(
                inode: inode(entry, number: ExtFileSystem.root), parent: ExtFileSystem.root,
                depth: 0,
                entries: [
                    .init(
                        name: Self.lostAndFound, inode: lostAndFound, kind: ExtFolder.folderKind)
                ], attributes: try entry.extendedAttributes())
        ]
    }

    private func addToFolder(_ entry: TreeEntry) throws {
        let identity = FileIdentity(device: entry.status.st_dev, inode: entry.status.st_ino)
        let hasMoreNames = entry.kind != .folder && entry.status.st_nlink > 1
        if hasMoreNames, linked[identity] != nil {
            linked[identity]?.names += 1
            return addName(of: entry, linked[identity]?.inode ?? 0)
        }
        let number = try fileSystem.takeInode(isFolder: entry.kind == .folder)
        addName(of: entry, number)
        let inode = inode(entry, number: number)
        let attributes = try entry.extendedAttributes()
        if entry.kind == .folder {
            folders.append(
                OpenFolder(
                    inode: inode, parent: folders.last?.inode.number ?? ExtFileSystem.root,
                    depth: entry.depth, attributes: attributes))
            return
        }
        if hasMoreNames { linked[identity] = LinkedFile(inode: number) }
        switch entry.kind {
        case .file: try write(entry, inode)
        case .link: try writeLink(entry, inode)
        default: try fileSystem.write(inode)
        }
        try fileSystem.add(attributes, to: number)
    }

    private func addName(of entry: TreeEntry, _ inode: UInt32) {
        folders[folders.count - 1].entries.append(
            .init(name: entry.name, inode: inode, kind: entry.kind.extNumber))
    }

    private func inode(_ entry: TreeEntry, number: UInt32) -> ExtFileSystem.Inode {
        var inode = ExtFileSystem.Inode(
            number: number, mode: entry.status.st_mode, user: entry.status.st_uid,
            group: entry.status.st_gid, time: entry.modificationTime)
        switch entry.kind {
        case .file, .link: inode.size = Int64(entry.status.st_size)
        case .characterDevice, .blockDevice: inode.device = UInt64(entry.status.st_rdev)
        default: break
        }
        return inode
    }

    // MARK: Folders

    /// Writes the folders that hold nothing of what comes at `depth`.
    private func closeFolders(to depth: Int) throws {
        while let folder = folders.last, folder.depth >= depth {
            try fileSystem.writeFolder(
                folder.inode, parent: folder.parent, folder.entries)
            try fileSystem.add(folder.attributes, to: folder.inode.number)
            folders.removeLast()
        }
    }

    private func finish() throws {
        try closeFolders(to: 0)
        for file in linked.values.sorted(by: { $0.inode < $1.inode }) where file.names > 1 {
            try fileSystem.setLinks(file.names, of: file.inode)
        }
    }

    // MARK: Files and links

    private func write(_ entry: TreeEntry, _ inode: ExtFileSystem.Inode) throws {
        guard inode.size > 0 else {
            _ = try fileSystem.write(inode, ranges: [])
            return
        }
        let file = try entry.open()
        try file.closeAfter {
            let isWhole = Int64(entry.status.st_blocks) * 512 >= inode.size
            let data = isWhole ? [0..<inode.size] : try file.dataRanges(size: inode.size)
            for run in try fileSystem.write(inode, ranges: units(of: data)) {
                try copy(file, run, of: entry)
            }
        }
    }

    /// The ranges in whole allocation units; those that share one, or touch, become one.
    private func units(of ranges: [Range<Int64>]) -> [Range<Int64>] {
        let unit = fileSystem.allocationUnit
        var units: [Range<Int64>] = []
        for range in ranges {
            let start = range.lowerBound / unit * unit
            let end = (range.upperBound + unit - 1) / unit * unit
            if let last = units.last, start <= last.upperBound {
                units[units.count - 1] = last.lowerBound..<max(last.upperBound, end)
            } else {
                units.append(start..<end)
            }
        }
        return units
    }

    private func copy(
        _ file: FileDescriptor, _ run: ExtFileSystem.Run, of entry: TreeEntry
    ) throws {
        var position = run.inFile.lowerBound
        if run.inFile.count >= Self.leastSent {
            position = try fileSystem.send(file, run, interrupt: interrupt)
        }
        while position < run.inFile.upperBound {
            let wanted = Int(min(Int64(Self.pieceSize), run.inFile.upperBound - position))
            let count = try buffer.withUnsafeMutableBytes {
                try file.read(
                    fromAbsoluteOffset: position,
                    into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
            }
            guard count > 0 else {
                throw BuildError(
                    .buildFailed, "'\(entry.displayPath)' of the tree shrank while it was read")
            }
            let target = run.offset + position - run.inFile.lowerBound
            try buffer.withUnsafeBytes {
                try fileSystem.write(UnsafeRawBufferPointer(rebasing: $0[..<count]), at: target)
            }
            position += Int64(count)
            try Interruption.check(interrupt, during: "writing the file system")
        }
    }

    private func writeLink(_ entry: TreeEntry, _ inode: ExtFileSystem.Inode) throws {
        let target = try entry.linkTarget()
        guard target.count >= Self.linkSpace else {
            return try fileSystem.write(inode, target: target)
        }
        for run in try fileSystem.write(inode, ranges: [0..<fileSystem.allocationUnit]) {
            try fileSystem.write(target, at: run.offset)
        }
    }
}

extension TreeEntry {
    /// How many folders it lies in; the root of the tree in none.
    fileprivate var depth: Int {
        path.isEmpty ? 0 : 1 + path.count { $0 == UInt8(ascii: "/") }
    }
}

extension TreeEntry.Kind {
    /// The number that stands for it in the folders of an ext2, ext3 or ext4.
    fileprivate var extNumber: UInt8 {
        switch self {
        case .file: 1
        case .folder: ExtFolder.folderKind
        case .characterDevice: 3
        case .blockDevice: 4
        case .fifo: 5
        case .socket: 6
        case .link: 7
        }
    }
}
