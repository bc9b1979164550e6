// SPDX-License-Identifier: Apache-2.0

internal import CArchive
internal import Diagnostics
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// One archive that is being written: the only code that calls libarchive.
final class TarWriter {
    private static let hasLocale = carchive_use_utf8() != 0
    private static let bufferSize = 1 << 20

    private let archive: OpaquePointer
    private var buffer = [UInt8](repeating: 0, count: TarWriter.bufferSize)
    private let zeros = [UInt8](repeating: 0, count: TarWriter.bufferSize)

    init(output: FileDescriptor) throws {
        guard Self.hasLocale else {
            throw BuildError(
                .environment, "the locale 'C.UTF-8' is missing, archives need it for file names")
        }
        guard let archive = archive_write_new() else { throw Errno.noMemory }
        self.archive = archive
        // "Restricted" writes a pax header only where ustar cannot hold the value.
        try check(archive_write_set_format_pax_restricted(archive))
        try check(archive_write_set_options(archive, "xattrheader=SCHILY"))
        try check(archive_write_add_filter_none(archive))
        try check(archive_write_set_bytes_per_block(archive, CInt(Self.bufferSize)))
        try check(archive_write_set_bytes_in_last_block(archive, 10240))
        try check(archive_write_open_fd(archive, output.rawValue))
    }

    deinit { archive_write_free(archive) }

    /// Writes the end of the archive.
    func finish() throws {
        try check(archive_write_close(archive))
    }

    /// Writes one entry with its data.
    func write(
        _ entry: TreeEntry, as name: [UInt8], time: Int64, interrupt: FileDescriptor?
    ) throws {
        try withHeader(entry, name: name, time: time) { header in
            switch entry.kind {
            case .link:
                withCString(try entry.linkTarget()) { archive_entry_copy_symlink(header, $0) }
            case .characterDevice, .blockDevice:
                archive_entry_set_rdev(header, entry.status.st_rdev)
            default: break
            }
            for attribute in try entry.extendedAttributes() {
                add(attribute, to: header)
            }
            guard entry.kind == .file, entry.status.st_size > 0 else {
                return try check(archive_write_header(archive, header))
            }
            let file = try entry.open()
            defer { try? file.close() }
            try writeFile(file, of: entry, header: header, interrupt: interrupt)
        }
    }

    /// Writes an entry that stands for a file that is in the archive already.
    func writeHardLink(
        _ name: [UInt8], to first: [UInt8], like entry: TreeEntry, time: Int64
    ) throws {
        try withHeader(entry, name: name, time: time) { header in
            withCString(first) { archive_entry_copy_hardlink(header, $0) }
            archive_entry_set_size(header, 0)
            try check(archive_write_header(archive, header))
        }
    }

    private func withHeader(
        _ entry: TreeEntry, name: [UInt8], time: Int64, _ body: (OpaquePointer) throws -> Void
    ) throws {
        guard let header = archive_entry_new() else { throw Errno.noMemory }
        defer { archive_entry_free(header) }
        withCString(name) { archive_entry_copy_pathname(header, $0) }
        archive_entry_set_filetype(header, entry.status.st_mode & S_IFMT)
        archive_entry_set_perm(header, entry.status.st_mode & 0o7777)
        archive_entry_set_uid(header, Int64(entry.status.st_uid))
        archive_entry_set_gid(header, Int64(entry.status.st_gid))
        archive_entry_set_mtime(header, Int(time), 0)
        archive_entry_set_size(header, entry.kind == .file ? Int64(entry.status.st_size) : 0)
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
        if ranges != [0..<size] {
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

    private func failure() -> BuildError {
        let code = archive_errno(archive)
        let text = archive_error_string(archive).map { String(cString: $0) } ?? "unknown error"
        // For a failed write libarchive's text is "Write error"; the system's says why.
        let cause = code > 0 ? Errno(rawValue: code).description : text
        return BuildError(.buildFailed, "cannot write the archive: \(cause)")
    }
}
