// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <stdlib.h>

/// An extent covers so many blocks at most.
static const blk64_t longest_run = EXT_INIT_MAX_LEN;

static errcode_t remember(cextfs *fs, struct cextfs_run run) {
    if (fs->run_count == fs->run_capacity) {
        size_t capacity = fs->run_capacity == 0 ? 64 : fs->run_capacity * 2;
        struct cextfs_run *grown = realloc(fs->runs, capacity * sizeof *grown);
        if (grown == NULL) return EXT2_ET_NO_MEMORY;
        fs->runs = grown;
        fs->run_capacity = capacity;
    }
    fs->runs[fs->run_count++] = run;
    return 0;
}

/// Takes up to `count` free blocks from the goal on.
static errcode_t take_blocks(cextfs *fs, struct ext2_inode *inode, struct cextfs_run *run, blk64_t count) {
    blk64_t ratio = EXT2FS_CLUSTER_RATIO(fs->fs), first, length;
    blk64_t most = longest_run / ratio * ratio;
    blk64_t rounded = (count + ratio - 1) / ratio * ratio;
    errcode_t status = ext2fs_new_range(
        fs->fs, 0, fs->goal, rounded < most ? rounded : most, NULL, &first, &length);
    if (status != 0) return status;
    ext2fs_block_alloc_stats_range(fs->fs, first, length, +1);
    fs->goal = first + length;
    run->physical = first;
    run->count = length < count ? length : count;
    return ext2fs_iblk_add_blocks(fs->fs, inode, length / ratio);
}

static errcode_t add_extent(ext2_extent_handle_t extents, const struct cextfs_run *run) {
    struct ext2fs_extent extent = {.e_pblk = run->physical, .e_lblk = run->logical, .e_len = run->count};
    errcode_t status = ext2fs_extent_insert(extents, EXT2_EXTENT_INSERT_AFTER, &extent);
    return status != 0 ? status : ext2fs_extent_fix_parents(extents);
}

/// Without extents: one entry for each block, in the inode or in blocks of such entries.
static errcode_t list_blocks(
    cextfs *fs, ext2_ino_t number, struct ext2_inode *inode, const struct cextfs_run *run) {
    for (blk64_t index = 0; index < run->count; index++) {
        blk64_t physical = run->physical + index;
        errcode_t status = ext2fs_bmap2(
            fs->fs, number, inode, NULL, BMAP_ALLOC | BMAP_SET, run->logical + index, NULL, &physical);
        if (status != 0) return status;
    }
    return 0;
}

errcode_t cextfs_map(
    cextfs *fs, ext2_ino_t number, struct ext2_inode *inode, const struct cextfs_run *wanted, size_t count,
    blk64_t end) {
    fs->run_count = 0;
    ext2_extent_handle_t extents = NULL;
    errcode_t status = 0;
    if (ext2fs_has_feature_extents(fs->fs->super)) {
        // Also an empty file has the head of its list of extents.
        inode->i_flags |= EXT4_EXTENTS_FL;
        status = ext2fs_extent_open2(fs->fs, number, inode, &extents);
    }
    for (size_t index = 0; index < count && status == 0; index++) {
        blk64_t last = wanted[index].logical + wanted[index].count;
        if (last > end) last = end;
        struct cextfs_run run = {.logical = wanted[index].logical};
        while (run.logical < last && status == 0) {
            status = take_blocks(fs, inode, &run, last - run.logical);
            if (status == 0) status = remember(fs, run);
            if (status == 0) {
                status = extents != NULL ? add_extent(extents, &run) : list_blocks(fs, number, inode, &run);
            }
            run.logical += run.count;
        }
    }
    if (extents != NULL) ext2fs_extent_free(extents);
    return status;
}
