// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Decides for each entry of a tree whether and how it gets into an archive.
struct TreeArchiver {
    private let options: TreeArchive.Options
    private let writer: TarWriter
    /// The first name of each file that has more than one; the only thing that grows with the tree.
    private var firstNames: [FileIdentity: [UInt8]] = [:]
    private(set) var summary = TreeArchive.Summary()

    private struct FileIdentity: Hashable {
        var device: UInt
        var inode: UInt
    }

    init(options: TreeArchive.Options, writer: TarWriter) {
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
        let name = Array("./".utf8) + entry.path
        let identity = FileIdentity(device: entry.status.st_dev, inode: entry.status.st_ino)
        if entry.kind != .folder, entry.status.st_nlink > 1 {
            if let first = firstNames[identity] {
                return try writer.writeHardLink(name, to: first, like: entry, time: time(of: entry))
            }
            firstNames[identity] = name
        }
        try writer.write(entry, as: name, time: time(of: entry), interrupt: options.interrupt)
    }

    private func time(of entry: TreeEntry) -> Int64 {
        min(Int64(entry.status.st_mtim.tv_sec), options.latestTime ?? .max)
    }
}
