// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/// The number of a device as the kernel stores it: in the first word what fits the old form of 8 and 8 bits.
static void set_device(struct ext2_inode *inode, dev_t device) {
    uint32_t kind = major(device), number = minor(device);
    if (kind < 256 && number < 256) {
        inode->i_block[0] = kind << 8 | number;
    } else {
        inode->i_block[1] = (number & 0xff) | kind << 8 | (number & ~0xffu) << 12;
    }
}

/// The low 32 bits of a time, and the two bits that continue it beyond the year 2038.
static uint32_t time_extension(int64_t time) {
    return (uint32_t)((time - (int32_t)time) >> 32) & 3;
}

static errcode_t fill(cextfs *fs, struct ext2_inode_large *large, const struct cextfs_inode *wanted) {
    struct ext2_inode *inode = (struct ext2_inode *)large;
    int64_t now = fs->fs->now;
    memset(large, 0, sizeof *large);
    inode->i_mode = wanted->mode;
    inode->i_uid = wanted->user & 0xffff;
    ext2fs_set_i_uid_high(*inode, wanted->user >> 16);
    inode->i_gid = wanted->group & 0xffff;
    ext2fs_set_i_gid_high(*inode, wanted->group >> 16);
    inode->i_links_count = wanted->links;
    inode->i_mtime = (uint32_t)wanted->time;
    inode->i_atime = inode->i_ctime = (uint32_t)now;
    large->i_extra_isize = sizeof *large - EXT2_GOOD_OLD_INODE_SIZE;
    large->i_crtime = (uint32_t)now;
    large->i_mtime_extra = time_extension(wanted->time);
    large->i_atime_extra = large->i_ctime_extra = large->i_crtime_extra = time_extension(now);
    return ext2fs_inode_size_set(fs->fs, inode, wanted->size);
}

static errcode_t store(cextfs *fs, ext2_ino_t number, struct ext2_inode_large *large) {
    size_t size = EXT2_INODE_SIZE(fs->fs->super);
    if (size > sizeof *large) size = sizeof *large;
    return ext2fs_write_inode_full(fs->fs, number, (struct ext2_inode *)large, size);
}

long cextfs_write_inode(
    cextfs *fs, const struct cextfs_inode *wanted, const struct cextfs_run *ranges, size_t range_count,
    const char *target, const struct cextfs_run **runs, size_t *run_count) {
    struct ext2_inode_large large;
    struct ext2_inode *inode = (struct ext2_inode *)&large;
    errcode_t status = fill(fs, &large, wanted);
    if (status != 0) return status;
    blk64_t end = (wanted->size + fs->fs->blocksize - 1) / fs->fs->blocksize;
    if (target != NULL) {
        memcpy(inode->i_block, target, wanted->size);
    } else if (S_ISREG(wanted->mode) || S_ISLNK(wanted->mode)) {
        status = cextfs_map(fs, wanted->number, inode, ranges, range_count, end);
    } else {
        set_device(inode, wanted->device);
    }
    if (status == 0) status = store(fs, wanted->number, &large);
    *runs = fs->runs;
    *run_count = range_count == 0 ? 0 : fs->run_count;
    return status;
}

long cextfs_write_folder(
    cextfs *fs, const struct cextfs_inode *wanted, void *blocks, size_t count, int is_indexed) {
    struct ext2_inode_large large;
    struct ext2_inode *inode = (struct ext2_inode *)&large;
    errcode_t status = fill(fs, &large, wanted);
    if (status != 0) return status;
    if (is_indexed) inode->i_flags |= EXT2_INDEX_FL;
    struct cextfs_run range = {.count = count};
    status = cextfs_map(fs, wanted->number, inode, &range, 1, count);
    if (status == 0) status = store(fs, wanted->number, &large);
    for (size_t index = 0; index < fs->run_count && status == 0; index++) {
        struct cextfs_run run = fs->runs[index];
        for (blk64_t block = 0; block < run.count && status == 0; block++) {
            char *bytes = (char *)blocks + (run.logical + block) * fs->fs->blocksize;
            status = ext2fs_write_dir_block4(fs->fs, run.physical + block, bytes, 0, wanted->number);
        }
    }
    return status;
}

long cextfs_set_links(cextfs *fs, uint32_t number, uint32_t links) {
    struct ext2_inode inode;
    errcode_t status = ext2fs_read_inode(fs->fs, number, &inode);
    if (status != 0) return status;
    inode.i_links_count = links;
    return ext2fs_write_inode(fs->fs, number, &inode);
}

long cextfs_add_attribute(cextfs *fs, uint32_t number, const char *name, const void *value, size_t size) {
    struct ext2_xattr_handle *handle;
    errcode_t status = ext2fs_xattrs_open(fs->fs, number, &handle);
    if (status != 0) return status;
    status = ext2fs_xattrs_read(handle);
    if (status == 0) status = ext2fs_xattr_set(handle, name, value, size);
    errcode_t closed = ext2fs_xattrs_close(&handle);
    return status != 0 ? status : closed;
}
