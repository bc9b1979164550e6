// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

long cextfs_open(const char *path, int64_t offset, int64_t time, cextfs **result) {
    initialize_ext2_error_table();
    cextfs *fs = calloc(1, sizeof *fs);
    if (fs == NULL) return EXT2_ET_NO_MEMORY;
    char options[48];
    snprintf(options, sizeof options, "offset=%" PRId64, offset);
    errcode_t status = ext2fs_open2(
        path, options, EXT2_FLAG_RW | EXT2_FLAG_64BITS, 0, 0, unix_io_manager, &fs->fs);
    if (status == 0) {
        fs->fs->now = time;
        fs->next_inode = EXT2_FIRST_INODE(fs->fs->super);
        status = ext2fs_read_bitmaps(fs->fs);
    }
    if (status != 0) {
        cextfs_abandon(fs);
        return status;
    }
    // lost+found is there already.
    while (ext2fs_test_inode_bitmap2(fs->fs->inode_map, fs->next_inode)) fs->next_inode++;
    *result = fs;
    return 0;
}

long cextfs_close(cextfs *fs) {
    // The caller waits for the disk, once for all of the image.
    errcode_t status = ext2fs_close2(fs->fs, EXT2_FLAG_FLUSH_NO_SYNC);
    if (status == 0) fs->fs = NULL;
    cextfs_abandon(fs);
    return status;
}

void cextfs_abandon(cextfs *fs) {
    if (fs->fs != NULL) ext2fs_free(fs->fs);
    free(fs->runs);
    free(fs);
}

struct cextfs_shape cextfs_shape(const cextfs *fs) {
    struct ext2_super_block *super = fs->fs->super;
    int has_sums = ext2fs_has_feature_metadata_csum(super);
    return (struct cextfs_shape) {
        .block_size = fs->fs->blocksize,
        .cluster_blocks = EXT2FS_CLUSTER_RATIO(fs->fs),
        .has_kinds = ext2fs_has_feature_filetype(super) != 0,
        .has_index = ext2fs_has_feature_dir_index(super) != 0,
        .folder_tail = has_sums ? sizeof(struct ext2_dir_entry_tail) : 0,
        .index_tail = has_sums ? sizeof(struct ext2_dx_tail) : 0,
        // A folder names the function; whether it takes characters for signed, the superblock says.
        .hash_version = super->s_def_hash_version,
    };
}

uint32_t cextfs_root(void) { return EXT2_ROOT_INO; }

long cextfs_empty_root(cextfs *fs, uint64_t *block, uint32_t *lost_and_found) {
    errcode_t status = ext2fs_lookup(
        fs->fs, EXT2_ROOT_INO, "lost+found", sizeof "lost+found" - 1, NULL, lost_and_found);
    if (status != 0) return status;
    struct ext2_inode inode;
    status = ext2fs_read_inode(fs->fs, EXT2_ROOT_INO, &inode);
    if (status != 0) return status;
    if (EXT2_I_SIZE(&inode) != fs->fs->blocksize) return EXT2_ET_DIR_CORRUPTED;
    blk64_t physical;
    status = ext2fs_bmap2(fs->fs, EXT2_ROOT_INO, &inode, NULL, 0, 0, NULL, &physical);
    if (status != 0) return status;
    *block = physical;
    return ext2fs_punch(fs->fs, EXT2_ROOT_INO, &inode, NULL, 0, ~0ULL);
}

long cextfs_take_inode(cextfs *fs, int is_folder, uint32_t *number) {
    if (fs->next_inode > fs->fs->super->s_inodes_count) return EXT2_ET_INODE_ALLOC_FAIL;
    *number = fs->next_inode++;
    ext2fs_inode_alloc_stats2(fs->fs, *number, +1, is_folder);
    return 0;
}

long cextfs_hash(const cextfs *fs, const char *name, size_t size, uint32_t *hash) {
    struct ext2_super_block *super = fs->fs->super;
    int version = super->s_def_hash_version;
    if (version <= EXT2_HASH_TEA && (super->s_flags & EXT2_FLAGS_UNSIGNED_HASH) != 0) version += 3;
    return ext2fs_dirhash2(version, name, size, fs->fs->encoding, 0, super->s_hash_seed, hash, NULL);
}

const char *cextfs_error_text(long code) { return error_message(code); }
