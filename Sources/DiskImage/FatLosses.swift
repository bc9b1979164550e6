// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LinuxSystem

/// What of a tree a vfat does not keep; Linux shows everything on it as root's, and readable by all.
package struct FatLosses: Equatable, Sendable {
    /// Entries of another owner or group than root.
    package private(set) var owners = 0
    /// Entries that not everybody may read, or with more than permissions in their mode.
    package private(set) var modes = 0
    /// Entries with extended attributes or access control lists.
    package private(set) var attributes = 0
    /// Further names of files: each becomes a file.
    package private(set) var names = 0

    /// What a file system is that loses so much, to follow its name and "is"; nil when nothing is lost.
    package var text: String? {
        let parts = [
            ("owners", owners), ("modes", modes), ("extended attributes", attributes),
            ("hard links", names),
        ]
        .filter { $0.1 > 0 }.map { "the \($0.0) of \($0.1)" }
        guard !parts.isEmpty else { return nil }
        return "a vfat, which does not keep \(parts.joined(separator: ", ")) of its entries"
    }

    mutating func count(_ entry: TreeEntry) throws {
        guard !entry.path.isEmpty else { return }
        let (status, mode) = (entry.status, entry.status.st_mode & 0o7777)
        if status.st_uid != 0 || status.st_gid != 0 { owners += 1 }
        if mode & 0o444 != 0o444 || mode & 0o7000 != 0 { modes += 1 }
        if try !entry.extendedAttributes().isEmpty { attributes += 1 }
        if entry.kind == .file, status.st_nlink > 1 { names += 1 }
    }
}
