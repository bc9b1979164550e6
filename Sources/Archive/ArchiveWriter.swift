// SPDX-License-Identifier: Apache-2.0

internal import CArchive
internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// One archive that is being written: the only code that calls libarchive.
final class ArchiveWriter {
    /// What an entry is called, and what does not come from its file.
    struct Header {
        var name: [UInt8]
        var time: Int64
        var inode: Int64
    }

    private static let hasLocale = carchive_use_utf8() != 0
    private static let bufferSize = 1 << 20

    private let archive: OpaquePointer
    private let format: TreeArchive.Format
    private let sink: Sink
    private var buffer = [UInt8](repeating: 0, count: ArchiveWriter.bufferSize)
    private let zeros = [UInt8](repeating: 0, count: ArchiveWriter.bufferSize)

    /// What libarchive's callback writes to, and the error that it cannot hand on itself.
    private final class Sink {
        let output: TreeArchive.Output
        var error: (any Error)?

        init(_ output: @escaping TreeArchive.Output) { self.output = output }

        static func write(
            to context: UnsafeMutableRawPointer?, bytes: UnsafeRawPointer?, count: Int
        ) -> Int {
            guard let context else { return -1 }
            let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
            do {
                try sink.output(UnsafeRawBufferPointer(start: bytes, count: count))
                return count
            } catch {
                sink.error = error
                return -1
            }
        }
    }

    init(options: TreeArchive.Options, output: @escaping TreeArchive.Output) throws {
        guard Self.hasLocale else {
            throw BuildError(
                .environment, "the locale 'C.UTF-8' is missing, archives need it for file names")
        }
        guard let archive = archive_write_new() else { throw Errno.noMemory }
        self.archive = archive
        format = options.format
        sink = Sink(output)
        try setFormat()
        try setCompression(options)
        try check(archive_write_set_bytes_per_block(archive, CInt(Self.bufferSize)))
        // Tapes want whole records of 10 KiB; behind compressed data zeros would be an error.
        let lastBlock: CInt = options.compression == .none && format == .pax ? 10240 : 1
        try check(archive_write_set_bytes_in_last_block(archive, lastBlock))
        // The sink lives as long as this object, and libarchive's pointer to it does.
        let context = Unmanaged.passUnretained(sink).toOpaque()
        try check(
            archive_write_open(
                archive, context, nil, { Sink.write(to: $1, bytes: $2, count: $3) }, nil))
    }

    deinit { archive_write_free(archive) }

    private func setFormat() throws {
        switch format {
        case .pax:
            // "Restricted" writes a pax header only where ustar cannot hold the value.
            try check(archive_write_set_format_pax_restricted(archive))
            try check(archive_write_set_options(archive, "xattrheader=SCHILY"))
        case .newc:
            try check(archive_write_set_format_cpio_newc(archive))
        }
    }

    private func setCompression(_ options: TreeArchive.Options) throws {
        let module: String
        var threads = options.threads
        switch options.compression {
        case .none:
            return try check(archive_write_add_filter_none(archive))
        case .zstd:
            module = "zstd"
            try check(archive_write_add_filter_zstd(archive))
        case .xz:
            module = "xz"
            // A single thread would write one block, more write blocks of a fixed size.
            threads = max(2, threads)
            try check(archive_write_add_filter_xz(archive))
        }
        if let level = options.level {
            try check(
                archive_write_set_filter_option(
                    archive, module, "compression-level", String(level)))
        }
        try check(
            archive_write_set_filter_option(archive, module, "threads", String(max(1, threads))))
    }

    /// Writes the end of the archive.
    func finish() throws {
        try check(archive_write_close(archive))
    }

    /// Writes one entry with its data; false when the format cannot hold its extended attributes.
    func write(
        _ entry: TreeEntry, _ header: Header, interrupt: FileDescriptor?
    ) throws -> Bool {
        let attributes = try entry.extendedAttributes()
        try withHeader(entry, header) { header in
            switch entry.kind {
            case .link:
                withCString(try entry.linkTarget()) { archive_entry_copy_symlink(header, $0) }
            case .characterDevice, .blockDevice:
                archive_entry_set_rdev(header, entry.status.st_rdev)
            default: break
            }
            if format == .pax {
                for attribute in attributes { add(attribute, to: header) }
            }
            guard entry.kind == .file, entry.status.st_size > 0 else {
                return try check(archive_write_header(archive, header))
            }
            let file = try entry.open()
            defer { try? file.close() }
            try writeFile(file, of: entry, header: header, interrupt: interrupt)
        }
        return attributes.isEmpty || format == .pax
    }

    /// Writes an entry that stands for a file that is in the archive already.
    func writeHardLink(_ header: Header, to first: [UInt8], like entry: TreeEntry) throws {
        try withHeader(entry, header) { header in
            // In a cpio the inode number says it.
            if format == .pax { withCString(first) { archive_entry_copy_hardlink(header, $0) } }
            archive_entry_set_size(header, 0)
            try check(archive_write_header(archive, header))
        }
    }

    /// Writes a file that is in no tree, owned by root.
    func write(_ content: [UInt8], as name: String, time: Int64) throws {
        guard let header = archive_entry_new() else { throw Errno.noMemory }
        defer { archive_entry_free(header) }
        withCString(Array(name.utf8)) { archive_entry_copy_pathname(header, $0) }
        archive_entry_set_filetype(header, S_IFREG)
        archive_entry_set_perm(header, 0o644)
        archive_entry_set_mtime(header, Int(time), 0)
        archive_entry_set_size(header, Int64(content.count))
        try check(archive_write_header(archive, header))
        if !content.isEmpty { try content.withUnsafeBytes { try emit($0) } }
    }

    private func withHeader(
        _ entry: TreeEntry, _ values: Header, _ body: (OpaquePointer) throws -> Void
    ) throws {
        guard let header = archive_entry_new() else { throw Errno.noMemory }
        defer { archive_entry_free(header) }
        withCString(values.name) { archive_entry_copy_pathname(header, $0) }
        archive_entry_set_filetype(header, entry.status.st_mode & S_IFMT)
        archive_entry_set_perm(header, entry.status.st_mode & 0o7777)
        archive_entry_set_uid(header, Int64(entry.status.st_uid))
        archive_entry_set_gid(header, Int64(entry.status.st_gid))
        archive_entry_set_mtime(header, Int(values.time), 0)
        archive_entry_set_size(header, entry.kind == .file ? Int64(entry.status.st_size) : 0)
        if format == .newc {
            archive_entry_set_ino64(header, values.inode)
            // How many links a folder has depends on the file system that it lies on.
            let links = entry.kind == .folder ? 2 : UInt32(clamping: entry.status.st_nlink)
            archive_entry_set_nlink(header, links)
        }
        try body(header)
    }

    private func add(_ attribute: (name: [UInt8], value: [UInt8]), to header: OpaquePointer) {
        switch String(decoding: attribute.name, as: UTF8.self) {
        case "system.posix_acl_access":
            AccessControlList(attribute.value).add(to: header, isDefault: false)
        case "system.posix_acl_default":
            AccessControlList(attribute.value).add(to: header, isDefault: true)
        default:
            withCString(attribute.name) { name in
                attribute.value.withUnsafeBytes {
                    archive_entry_xattr_add_entry(header, name, $0.baseAddress, $0.count)
                }
            }
        }
    }

    /// Writes the header with the map of the file's data, then the data; holes are fed as zeros, which libarchive
    /// counts and drops.
    private func writeFile(
        _ file: FileDescriptor, of entry: TreeEntry, header: OpaquePointer,
        interrupt: FileDescriptor?
    ) throws {
        let size = Int64(entry.status.st_size)
        let ranges = try file.dataRanges(size: size)
        if ranges != [0..<size], format == .pax {
            for range in ranges {
                archive_entry_sparse_add_entry(header, range.lowerBound, Int64(range.count))
            }
            // A map that ends before the file does needs an empty range there; a file of holes has no other.
            if ranges.last?.upperBound != size { archive_entry_sparse_add_entry(header, size, 0) }
        }
        try check(archive_write_header(archive, header))
        var position: Int64 = 0
        for range in ranges {
            try writeZeros(range.lowerBound - position)
            try writeData(file, range, of: entry, interrupt: interrupt)
            position = range.upperBound
        }
        try writeZeros(size - position)
    }

    private func writeData(
        _ file: FileDescriptor, _ range: Range<Int64>, of entry: TreeEntry,
        interrupt: FileDescriptor?
    ) throws {
        var position = range.lowerBound
        while position < range.upperBound {
            let wanted = Int(min(Int64(Self.bufferSize), range.upperBound - position))
            let count = try buffer.withUnsafeMutableBytes {
                try file.read(
                    fromAbsoluteOffset: position,
                    into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]))
            }
            guard count > 0 else {
                throw BuildError(
                    .buildFailed, "'\(entry.displayPath)' of the tree shrank while it was read")
            }
            try buffer.withUnsafeBytes { try emit(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            position += Int64(count)
            try Interruption.check(interrupt, during: "writing the archive")
        }
    }

    private func writeZeros(_ count: Int64) throws {
        var left = count
        while left > 0 {
            let part = Int(min(left, Int64(zeros.count)))
            try zeros.withUnsafeBytes { try emit(UnsafeRawBufferPointer(rebasing: $0[..<part])) }
            left -= Int64(part)
        }
    }

    private func emit(_ bytes: UnsafeRawBufferPointer) throws {
        guard archive_write_data(archive, bytes.baseAddress, bytes.count) == bytes.count else {
            throw failure()
        }
    }

    /// A warning is not an error: the one that occurs says that a name is not UTF-8, and the name is kept as it is.
    private func check(_ status: CInt) throws {
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw failure() }
    }

    private func failure() -> any Error {
        if let error = sink.error as? Errno { return Self.failure(error.description) }
        if let error = sink.error { return error }
        let code = archive_errno(archive)
        let text = archive_error_string(archive).map { String(cString: $0) } ?? "unknown error"
        // For a failed write libarchive's text is "Write error"; the system's says why.
        let cause = code > 0 ? Errno(rawValue: code).description : text
        return Self.failure(cause)
    }

    private static func failure(_ cause: String) -> BuildError {
        BuildError(.buildFailed, "cannot write the archive: \(cause)")
    }
}
