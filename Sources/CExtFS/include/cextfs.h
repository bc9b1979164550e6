// SPDX-License-Identifier: Apache-2.0
//
// Fills a fresh ext2, ext3 or ext4 through libext2fs, which knows where everything lies, maps blocks and computes
// checksums. Inodes get the numbers after the reserved ones in the order in which they are asked for, and blocks are
// handed out from the first free one on, so the same calls give the same bytes.
//
// A function returns 0 or an error code of libext2fs, of which errno values are a part; cextfs_error_text has its words.
// Nothing here is safe on several threads at once.
#ifndef CEXTFS_H
#define CEXTFS_H

#include <stddef.h>
#include <stdint.h>

/// An open file system.
typedef struct cextfs cextfs;

/// What a file system was made with.
struct cextfs_shape {
    uint32_t block_size;
    /// How many blocks are handed out together: more than 1 with the feature bigalloc.
    uint32_t cluster_blocks;
    /// Whether folders hold the kinds of their entries (feature filetype), and whether large ones have an index
    /// (feature dir_index).
    int has_kinds;
    int has_index;
    /// The bytes at the end of a folder's block that hold its checksum, and of a block of an index.
    uint32_t folder_tail;
    uint32_t index_tail;
    uint8_t hash_version;
};

/// One inode, complete but for its blocks.
struct cextfs_inode {
    uint32_t number;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
    uint32_t links;
    /// Of a device, as stat(2) has it.
    uint64_t device;
    /// In bytes.
    uint64_t size;
    /// Since 1970, in seconds: of the content's last change. All other times are the time of making.
    int64_t time;
};

/// Neighbouring blocks of a file: `count` of them, from `logical` on in the file, from `physical` on in the file system.
struct cextfs_run {
    uint64_t logical;
    uint64_t physical;
    uint64_t count;
};

/// Opens the file system that begins at the byte `offset` of the file `path`; `time` is the time of making.
long cextfs_open(const char *path, int64_t offset, int64_t time, cextfs **result);

/// Writes what is still in memory. The file system is gone after either.
long cextfs_close(cextfs *fs);
void cextfs_abandon(cextfs *fs);

struct cextfs_shape cextfs_shape(const cextfs *fs);

/// The number of the root folder.
uint32_t cextfs_root(void);

/// Takes the one block of the root folder from it; tells the block, which the caller has to fill with zeros, and the
/// number of lost+found, which it held.
long cextfs_empty_root(cextfs *fs, uint64_t *block, uint32_t *lost_and_found);

/// Takes the next inode number.
long cextfs_take_inode(cextfs *fs, int is_folder, uint32_t *number);

/// Writes an inode whose contents are in `wanted`, ranges of whole clusters in ascending order whose `physical` does
/// not count; NULL for none. What was allocated for them is in `runs`, an array of libext2fs's own that is valid until
/// the next call; blocks beyond the end of the file are not mapped. A short link's target is in `target`.
long cextfs_write_inode(
    cextfs *fs, const struct cextfs_inode *inode, const struct cextfs_run *wanted, size_t wanted_count,
    const char *target, const struct cextfs_run **runs, size_t *run_count);

/// Adds an extended attribute, by its full name such as "user.note", to an inode that is written. The value of an ACL is
/// the one that getxattr(2) returns.
long cextfs_add_attribute(cextfs *fs, uint32_t number, const char *name, const void *value, size_t size);

/// Writes `count` blocks of a folder's entries and its inode, whose size is theirs; `is_indexed`: the first is the
/// root of an index. Fills in the checksums, for which each block has room.
long cextfs_write_folder(
    cextfs *fs, const struct cextfs_inode *inode, void *blocks, size_t count, int is_indexed);

/// Changes the number of an inode's names.
long cextfs_set_links(cextfs *fs, uint32_t number, uint32_t links);

/// The hash of a name in the index of a folder.
long cextfs_hash(const cextfs *fs, const char *name, size_t size, uint32_t *hash);

/// The words for an error code; a text of libext2fs's own.
const char *cextfs_error_text(long code);

#endif
