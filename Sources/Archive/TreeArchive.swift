// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Glibc
internal import LinuxSystem
package import SystemPackage

/// Writes a tree as an archive that says nothing about the machine or the moment of the build.
///
/// Entries come sorted by bytes, owners as numbers, modification times in whole seconds and not after `latestTime`;
/// there is no access or change time, no inode or device number of the build host. Left out: sockets, and whatever is
/// mounted into the tree. Memory does not grow with the tree, only with the files whose other names are still to come.
package enum TreeArchive {
    package enum Format: Sendable {
        /// tar with headers of pax where ustar cannot hold a value. Keeps hard links, sparse files, POSIX ACLs, the
        /// tree's own device nodes; extended attributes go into SCHILY.xattr headers only, the ones that GNU tar reads.
        case pax
        /// The cpio that the kernel unpacks as an initramfs; has no room for extended attributes and ACLs, which the
        /// summary counts, nor for files of 4 GiB. The first name of a hard-linked file carries its data.
        case newc
    }

    /// The same bytes whatever the number of threads.
    package enum Compression: Sendable {
        case none
        case zstd
        case xz
    }

    package struct Options: Sendable {
        package var format = Format.pax
        package var compression = Compression.none
        /// How well zstd or xz compress; nil: as they do by themselves.
        package var level: Int?
        /// How many threads compress.
        package var threads = 1
        /// What each name begins with: "./" or a folder; nothing in a cpio.
        package var prefix = "./"
        /// A file in front of all others, with its whole content.
        package var leadingFile: (name: String, content: [UInt8])?
        /// The latest modification time, in seconds since 1970, that later ones are set back to; nil keeps all.
        package var latestTime: Int64?
        /// Folders that are written without their contents, as paths below the root.
        package var emptiedFolders: Set<String> = ["proc", "sys"]
        /// Entries that are left out, with all that is in them.
        package var leftOut: Set<String> = ["lost+found"]
        /// Mount points of the tree's own file systems, as paths below the root: what is in them belongs to the tree.
        package var volumes: [String] = [] {
            didSet { leftOut.formUnion(volumes.map { "\($0)/lost+found" }) }
        }
        /// Readable once the work is to end with `BuildError.Code.interrupted`.
        package var interrupt: FileDescriptor?

        package init(
            format: Format = .pax, compression: Compression = .none, latestTime: Int64? = nil,
            interrupt: FileDescriptor? = nil
        ) {
            self.format = format
            self.compression = compression
            self.latestTime = latestTime
            self.interrupt = interrupt
            if format == .newc { prefix = "" }
        }
    }

    /// What an archive holds, and what it does not.
    package struct Summary: Equatable, Sendable {
        package var entries = 0
        package var sockets = 0
        /// Entries whose extended attributes or ACLs the format cannot hold.
        package var withoutAttributes = 0
        /// What the user should know, a line each.
        package var warnings: [String] {
            var warnings: [String] = []
            if sockets > 0 {
                warnings.append(
                    "the archive leaves out \(sockets) socket\(sockets == 1 ? "" : "s")")
            }
            if withoutAttributes > 0 {
                let entries = withoutAttributes == 1 ? "entry" : "entries"
                warnings.append(
                    "the cpio leaves out the extended attributes of \(withoutAttributes) \(entries)"
                )
            }
            return warnings
        }
    }

    /// Where the archive's bytes go, piece by piece.
    package typealias Output = (UnsafeRawBufferPointer) throws -> Void

    /// Writes the folder `tree` to `output`, from the descriptor's offset on, and leaves the descriptor open.
    package static func write(
        _ tree: FilePath, to output: FileDescriptor, options: Options = Options()
    ) throws -> Summary {
        try write(tree, options: options) { try output.writeAll($0) }
    }

    /// Hands the archive of the folder `tree` to `output`, piece by piece.
    package static func write(
        _ tree: FilePath, options: Options = Options(), output: @escaping Output
    ) throws -> Summary {
        let writer = try ArchiveWriter(options: options, output: output)
        if let file = options.leadingFile {
            try writer.write(file.content, as: file.name, time: options.latestTime ?? 0)
        }
        var archiver = TreeArchiver(options: options, writer: writer)
        let walk = TreeWalk(root: tree, volumes: options.volumes, interrupt: options.interrupt)
        try walk.forEach { try archiver.add($0) }
        try writer.finish()
        return archiver.summary
    }

    /// How many entries have POSIX ACLs.
    ///
    /// Of `options` only `volumes` and `interrupt` count.
    package static func countAccessControlLists(
        in tree: FilePath, options: Options = Options()
    ) throws -> Int {
        var count = 0
        let prefix = Array("system.posix_acl_".utf8)
        let walk = TreeWalk(root: tree, volumes: options.volumes, interrupt: options.interrupt)
        try walk.forEach { entry in
            let names = try entry.extendedAttributes().map(\.name)
            if names.contains(where: { $0.starts(with: prefix) }) { count += 1 }
            return true
        }
        return count
    }

    /// The largest file that newc holds: its size is a number of 32 bits.
    private static let largestFileOfNewc = Int64(UInt32.max)

    /// Checks that the format can hold every file, before anything is written.
    ///
    /// - Throws: `BuildError` that names the first file that it cannot.
    package static func check(_ tree: FilePath, options: Options) throws {
        guard options.format == .newc else { return }
        let walk = TreeWalk(root: tree, volumes: options.volumes, interrupt: options.interrupt)
        try walk.forEach { entry in
            guard entry.kind == .file, entry.status.st_size > largestFileOfNewc else { return true }
            throw BuildError(
                .buildFailed,
                "'\(entry.displayPath)' of the tree is too large for a cpio: "
                    + "\(ByteCount(Int64(entry.status.st_size)))",
                hint: "A cpio holds files below 4 GiB: leave the file or the format out.")
        }
    }
}
