// SPDX-License-Identifier: Apache-2.0

/// The room for the extended attributes of one file of ext2, ext3 or ext4: what is left of an inode of 256 bytes, and one
/// block of 4 KiB.
///
/// By ext4.rst, Extended Attributes. Each goes to the first of the two that has room for it, as libext2fs places them,
/// so their order counts.
struct ExtAttributeSpace {
    /// Without the old 128 bytes, the 32 of newer fields, the magic number and the end of the list.
    private var inInode = 256 - 128 - 32 - 4 - 4
    /// Without the header and the end of the list.
    private var inBlock = 4096 - 32 - 4

    /// Beginnings of names that are stored as a number.
    private static let prefixes = [
        "system.posix_acl_access", "system.posix_acl_default", "system.", "user.", "trusted.",
        "security.",
    ].map { Array($0.utf8) }

    /// Takes the room of an attribute; false where there is none left.
    mutating func take(_ name: [UInt8], valueSize: Int) -> Bool {
        let prefix = Self.prefixes.first { name.starts(with: $0) }?.count ?? 0
        let needed = 16 + Self.padded(name.count - prefix) + Self.padded(valueSize)
        if needed <= inInode {
            inInode -= needed
        } else if needed <= inBlock {
            inBlock -= needed
        } else {
            return false
        }
        return true
    }

    private static func padded(_ count: Int) -> Int { (count + 3) / 4 * 4 }
}
