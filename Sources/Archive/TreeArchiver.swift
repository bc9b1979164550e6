// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Decides for each entry of a tree whether and how it gets into an archive.
struct TreeArchiver {
    private let options: TreeArchive.Options
    private let writer: ArchiveWriter
    /// The files of which more names are to come.
    private var linked: [FileIdentity: LinkedFile] = [:]
    /// The inode number that the next entry gets; only cpio has them.
    private var nextInode: Int64 = 1
    private(set) var summary = TreeArchive.Summary()

    private struct FileIdentity: Hashable {
        var device: UInt
        var inode: UInt
    }

    private struct LinkedFile {
        var firstName: [UInt8]
        var inode: Int64
        /// How many names are still to come, as far as they are in the tree.
        var left: UInt
    }

    init(options: TreeArchive.Options, writer: ArchiveWriter) {
        self.options = options
        self.writer = writer
    }

    /// Writes one entry and says whether the walk enters it.
    mutating func add(_ entry: TreeEntry) throws -> Bool {
        let path = String(decoding: entry.path, as: UTF8.self)
        if options.leftOut.contains(path) { return false }
        if entry.kind == .socket {
            summary.sockets += 1
            return false
        }
        do {
            try write(entry)
        } catch let error as Errno {
            throw BuildError(
                .buildFailed, "cannot read '\(entry.displayPath)' of the tree: \(error)")
        }
        summary.entries += 1
        return entry.kind == .folder && !options.emptiedFolders.contains(path)
    }

    private mutating func write(_ entry: TreeEntry) throws {
        let identity = FileIdentity(device: entry.status.st_dev, inode: entry.status.st_ino)
        var header = ArchiveWriter.Header(
            name: name(of: entry), time: time(of: entry), inode: nextInode)
        if entry.kind != .folder, entry.status.st_nlink > 1 {
            if var file = linked[identity] {
                file.left -= 1
                linked[identity] = file.left > 0 ? file : nil
                header.inode = file.inode
                return try writer.writeHardLink(header, to: file.firstName, like: entry)
            }
            linked[identity] = LinkedFile(
                firstName: header.name, inode: nextInode, left: UInt(entry.status.st_nlink) - 1)
        }
        nextInode += 1
        let isWhole = try writer.write(entry, header, interrupt: options.interrupt)
        if !isWhole { summary.withoutAttributes += 1 }
    }

    private func name(of entry: TreeEntry) -> [UInt8] {
        let name = Array(options.prefix.utf8) + entry.path
        return name.isEmpty ? [UInt8(ascii: ".")] : name
    }

    private func time(of entry: TreeEntry) -> Int64 {
        min(Int64(entry.status.st_mtim.tv_sec), options.latestTime ?? .max)
    }
}
