// SPDX-License-Identifier: Apache-2.0
#ifndef CEXTFS_INTERNAL_H
#define CEXTFS_INTERNAL_H

#include "cextfs.h"

#include <ext2fs/ext2fs.h>

struct cextfs {
    ext2_filsys fs;
    /// The next inode, and the block from which on a free one is looked for.
    ext2_ino_t next_inode;
    blk64_t goal;
    /// The runs that the last inode got.
    struct cextfs_run *runs;
    size_t run_count;
    size_t run_capacity;
};

/// Allocates and maps the blocks of one inode, which holds them afterwards; fills `fs->runs`.
errcode_t cextfs_map(
    cextfs *fs, ext2_ino_t number, struct ext2_inode *inode, const struct cextfs_run *wanted, size_t count,
    blk64_t end);

#endif
