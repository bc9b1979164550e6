// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// The entries of a folder of the host's.
package enum FolderListing {
    package enum Kind: Sendable, Equatable { case file, folder, other }

    /// One entry, with what its name leads to when it is a symbolic link.
    package struct Entry: Sendable, Equatable {
        package var name: String
        package var kind: Kind
        package var isSymbolicLink: Bool
        /// Whether any of the three execute bits is set.
        package var isExecutable: Bool
    }

    /// All entries but `.` and `..`, by name, byte by byte; readdir(3).
    ///
    /// A dangling link is of kind `other`. An entry that goes away meanwhile is left out.
    package static func entries(of folder: FilePath) throws(Errno) -> [Entry] {
        guard let stream = opendir(folder.string) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let found = readdir(stream) else {
                guard errno == 0 else { throw Errno(rawValue: errno) }
                break
            }
            let name = withUnsafePointer(to: &found.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            if let entry = entry(name, at: dirfd(stream)) { entries.append(entry) }
        }
        return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func entry(_ name: String, at folder: Int32) -> Entry? {
        var own = stat()
        guard fstatat(folder, name, &own, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        let isLink = own.st_mode & S_IFMT == S_IFLNK
        var target = own
        guard !isLink || fstatat(folder, name, &target, 0) == 0 else {
            return Entry(name: name, kind: .other, isSymbolicLink: isLink, isExecutable: false)
        }
        let kind: Kind =
            switch target.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
        return Entry(
            name: name, kind: kind, isSymbolicLink: isLink,
            isExecutable: target.st_mode & 0o111 != 0)
    }
}
