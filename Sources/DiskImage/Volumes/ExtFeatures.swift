// SPDX-License-Identifier: Apache-2.0

internal import Planning

/// The features that an ext2, ext3 or ext4 is made with, named one by one so that the build host's mke2fs.conf decides
/// nothing.
///
/// Chosen for the target's programs, and the oldest of them decides: Linux 6.1, e2fsprogs 1.47.0 and GRUB 2.06 of
/// Debian 12. GRUB 2.06 refuses metadata_csum_seed; orphan_file needs e2fsprogs 1.47 for fsck and GRUB 2.12.
enum ExtFeatures {
    private static let second = [
        "ext_attr", "resize_inode", "dir_index", "filetype", "sparse_super", "large_file",
    ]
    private static let fourth = [
        "has_journal", "ext_attr", "resize_inode", "dir_index", "filetype", "extent", "64bit",
        "flex_bg", "sparse_super", "large_file", "huge_file", "dir_nlink", "extra_isize",
        "metadata_csum",
    ]

    static func list(for type: FileSystemType, hasClusters: Bool = false) -> [String] {
        switch type {
        case .ext2: second
        case .ext3: ["has_journal"] + second
        // No descriptors are reserved beside clusters: the kernel refuses such a file system.
        default: fourth.map { hasClusters && $0 == "resize_inode" ? "bigalloc" : $0 }
        }
    }

    /// A configuration file that says nothing but that the types exist: mke2fs warns about one that does not.
    static let configuration =
        """
        [defaults]
            base_features = none
            default_mntopts = acl,user_xattr
            enable_periodic_fsck = 0
            blocksize = 4096
            inode_size = 256
        [fs_types]

        """
        + ["ext2", "ext3", "ext4", "floppy", "small", "big", "huge"]
        .map { "    \($0) = {\n        inode_size = 256\n    }\n" }.joined()
}
