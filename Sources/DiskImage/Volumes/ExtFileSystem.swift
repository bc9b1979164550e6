// SPDX-License-Identifier: Apache-2.0

internal import CExtFS
internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// An ext2, ext3 or ext4 that is being filled: the only code that calls libext2fs.
///
/// Inodes are numbered in the order in which they are taken, blocks are handed out from the first free one on.
final class ExtFileSystem {
    /// One inode, complete but for its blocks.
    struct Inode {
        var number: UInt32
        var mode: UInt32
        var user: UInt32
        var group: UInt32
        var links: UInt32 = 1
        var size: Int64 = 0
        /// Seconds since 1970, of the last change of its content.
        var time: Int64
        /// Of a device, as stat(2) has it.
        var device: UInt64 = 0
    }

    /// Neighbouring bytes of a file, and where they lie in the file system.
    struct Run {
        var inFile: Range<Int64>
        var offset: Int64
    }

    static let root = cextfs_root()
    /// What is copied between two looks at an interrupt.
    private static let largestPiece: Int64 = 8 << 20

    /// What its folders are made like.
    let folderFormat: ExtFolder.Format
    let blockSize: Int64
    /// Files get their space in multiples of this.
    let allocationUnit: Int64
    private let image: FileDescriptor
    private let offset: Int64
    private var fileSystem: OpaquePointer?

    /// Opens the file system that begins at a byte of an image; `time` becomes that of everything that is made.
    init(_ image: FileDescriptor, offset: ByteCount, time: Int64) throws {
        var opened: OpaquePointer?
        let status = cextfs_open(
            "/proc/self/fd/\(image.rawValue)", offset.bytes, time, &opened)
        guard status == 0, let opened else { throw Self.failure(status) }
        fileSystem = opened
        self.image = image
        self.offset = offset.bytes
        let shape = cextfs_shape(opened)
        blockSize = Int64(shape.block_size)
        allocationUnit = blockSize * Int64(shape.cluster_blocks)
        folderFormat = ExtFolder.Format(
            blockSize: Int(shape.block_size), entryTail: Int(shape.folder_tail),
            indexTail: Int(shape.index_tail), hasKinds: shape.has_kinds != 0,
            hasIndex: shape.has_index != 0, hashVersion: shape.hash_version)
    }

    deinit {
        if let fileSystem { cextfs_abandon(fileSystem) }
    }

    /// Writes what is still in memory; the last call.
    func close() throws {
        let closing = fileSystem
        fileSystem = nil
        guard let closing else { return }
        try Self.check(cextfs_close(closing))
    }

    /// Takes its block from the root folder, and returns the inode of lost+found, which stays.
    ///
    /// Files have their bytes written past libext2fs, which zeroes nothing: the block is the only one that was used before.
    func emptyRoot() throws -> UInt32 {
        var block: UInt64 = 0
        var lostAndFound: UInt32 = 0
        try Self.check(cextfs_empty_root(fileSystem, &block, &lostAndFound))
        let zeros = [UInt8](repeating: 0, count: Int(blockSize))
        try write(zeros, at: Int64(block) * blockSize)
        return lostAndFound
    }

    /// Has the kernel copy the bytes of a run from `file`, sendfile(2), and returns how far it came.
    ///
    /// That is not to the end where the file has become shorter, or lies where the kernel cannot do it.
    func send(_ file: FileDescriptor, _ run: Run, interrupt: FileDescriptor?) throws -> Int64 {
        try image.seek(offset: offset + run.offset, from: .start)
        var position = off_t(run.inFile.lowerBound)
        while position < run.inFile.upperBound {
            let wanted = min(run.inFile.upperBound - Int64(position), Self.largestPiece)
            let count = sendfile(image.rawValue, file.rawValue, &position, Int(wanted))
            if count < 0, errno == EINTR { continue }
            if count < 0, ![EINVAL, ENOSYS].contains(errno) { throw Errno(rawValue: errno) }
            guard count > 0 else { break }
            try Interruption.check(interrupt, during: "writing the file system")
        }
        return Int64(position)
    }

    /// Writes bytes to a place in the file system that a `Run` names.
    func write(_ bytes: some Sequence<UInt8>, at place: Int64) throws {
        try image.writeAll(toAbsoluteOffset: offset + place, bytes)
    }

    func takeInode(isFolder: Bool) throws -> UInt32 {
        var number: UInt32 = 0
        try Self.check(cextfs_take_inode(fileSystem, isFolder ? 1 : 0, &number))
        return number
    }

    /// Writes the inode of a file, or of a link that is too long for it, and returns where its `ranges` lie.
    ///
    /// The ranges are multiples of the allocation unit, in ascending order.
    func write(_ inode: Inode, ranges: [Range<Int64>]) throws -> [Run] {
        let wanted = ranges.map {
            cextfs_run(
                logical: UInt64($0.lowerBound / blockSize), physical: 0,
                count: UInt64(($0.upperBound - $0.lowerBound) / blockSize))
        }
        var runs: UnsafePointer<cextfs_run>?
        var count = 0
        var record = inode.record
        try Self.check(
            cextfs_write_inode(
                fileSystem, &record, wanted, wanted.count, nil, &runs, &count))
        return UnsafeBufferPointer(start: runs, count: count).map { run in
            let start = Int64(run.logical) * blockSize
            let end = min(start + Int64(run.count) * blockSize, inode.size)
            return Run(inFile: start..<max(start, end), offset: Int64(run.physical) * blockSize)
        }
    }

    /// Writes the inode of what has no blocks; `target` is that of a short link.
    func write(_ inode: Inode, target: [UInt8]? = nil) throws {
        var runs: UnsafePointer<cextfs_run>?
        var count = 0
        var record = inode.record
        if let target {
            try Self.check(
                withCString(target) {
                    cextfs_write_inode(fileSystem, &record, nil, 0, $0, &runs, &count)
                })
        } else {
            try Self.check(
                cextfs_write_inode(fileSystem, &record, nil, 0, nil, &runs, &count))
        }
    }

    /// Writes a folder; its inode's size and number of names follow from the entries.
    func writeFolder(_ inode: Inode, parent: UInt32, _ entries: [ExtFolder.Entry]) throws {
        let folder = ExtFolder(format: folderFormat, inode: inode.number, parent: parent)
        var (blocks, isIndexed) = try folder.blocks(entries, hash: hash)
        var record = inode.record
        record.size = UInt64(blocks.count)
        let folders = entries.count { $0.kind == ExtFolder.folderKind }
        // One name says that there are too many to count (feature dir_nlink).
        record.links = folders + 2 > Self.mostLinks ? 1 : UInt32(folders + 2)
        try Self.check(
            cextfs_write_folder(
                fileSystem, &record, &blocks, blocks.count / Int(blockSize), isIndexed ? 1 : 0))
    }

    /// The names that a file, or the folders that a folder, can have.
    static let mostLinks = 65000

    func setLinks(_ count: Int, of number: UInt32) throws {
        try Self.check(cextfs_set_links(fileSystem, number, UInt32(count)))
    }

    /// Adds extended attributes to an inode that was written; their order decides where they lie.
    func add(_ attributes: [(name: [UInt8], value: [UInt8])], to number: UInt32) throws {
        for attribute in attributes {
            let status = withCString(attribute.name) { name in
                attribute.value.withUnsafeBytes { value in
                    cextfs_add_attribute(
                        fileSystem, number, name, value.baseAddress, value.count)
                }
            }
            try Self.check(status)
        }
    }

    private func hash(_ name: [UInt8]) throws -> UInt32 {
        var hash: UInt32 = 0
        let status = withCString(name) { cextfs_hash(fileSystem, $0, name.count, &hash) }
        try Self.check(status)
        return hash
    }

    private static func check(_ status: Int) throws {
        guard status == 0 else { throw failure(status) }
    }

    private static func failure(_ status: Int) -> any Error {
        // The codes of libext2fs are beyond those of the system.
        if status > 0, status < 4096 { return Errno(rawValue: CInt(status)) }
        let text = cextfs_error_text(status).map { String(cString: $0) } ?? "error \(status)"
        return BuildError(.buildFailed, "cannot fill the file system: \(text)")
    }
}

extension ExtFileSystem.Inode {
    fileprivate var record: cextfs_inode {
        cextfs_inode(
            number: number, mode: mode, user: user, group: group, links: links, device: device,
            size: UInt64(size), time: time)
    }
}
