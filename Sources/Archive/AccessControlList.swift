// SPDX-License-Identifier: Apache-2.0

internal import CArchive

/// A POSIX access control list as the kernel stores it in system.posix_acl_access and system.posix_acl_default.
///
/// The format is linux/posix_acl_xattr.h: a 32-bit version, then entries of tag, permissions (16 bits each) and id
/// (32 bits), little-endian.
struct AccessControlList {
    struct Entry: Equatable {
        var tag: UInt16
        var permissions: UInt16
        var id: UInt32
    }

    private(set) var entries: [Entry] = []

    init(_ value: [UInt8]) {
        guard value.count >= 4, Self.number(value, at: 0, bytes: 4) == 2 else { return }
        for offset in stride(from: 4, through: value.count - 8, by: 8) {
            entries.append(
                Entry(
                    tag: UInt16(Self.number(value, at: offset, bytes: 2)),
                    permissions: UInt16(Self.number(value, at: offset + 2, bytes: 2)),
                    id: Self.number(value, at: offset + 4, bytes: 4)))
        }
    }

    func add(to header: OpaquePointer, isDefault: Bool) {
        let type = isDefault ? ARCHIVE_ENTRY_ACL_TYPE_DEFAULT : ARCHIVE_ENTRY_ACL_TYPE_ACCESS
        for entry in entries {
            guard let tag = Self.tags[entry.tag] else { continue }
            let hasID = tag == ARCHIVE_ENTRY_ACL_USER || tag == ARCHIVE_ENTRY_ACL_GROUP
            // The bits for execute, write and read are the same in both.
            archive_entry_acl_add_entry(
                header, type, CInt(entry.permissions), tag, hasID ? CInt(bitPattern: entry.id) : -1,
                nil)
        }
    }

    private static let tags: [UInt16: CInt] = [
        0x01: ARCHIVE_ENTRY_ACL_USER_OBJ, 0x02: ARCHIVE_ENTRY_ACL_USER,
        0x04: ARCHIVE_ENTRY_ACL_GROUP_OBJ, 0x08: ARCHIVE_ENTRY_ACL_GROUP,
        0x10: ARCHIVE_ENTRY_ACL_MASK, 0x20: ARCHIVE_ENTRY_ACL_OTHER,
    ]

    private static func number(_ value: [UInt8], at offset: Int, bytes: Int) -> UInt32 {
        value[offset..<offset + bytes].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
