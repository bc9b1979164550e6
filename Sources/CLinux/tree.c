// SPDX-License-Identifier: Apache-2.0
#include "clinux_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

int clinux_open_entry(int folder, const char *name, int flags) {
    flags |= O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    int descriptor = openat(folder, name, flags | O_NOATIME);
    // Only the owner and root may ask for O_NOATIME.
    if (descriptor < 0 && errno == EPERM) descriptor = openat(folder, name, flags);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_mount_identity(int descriptor, uint64_t *identity) {
    struct statx status;
    if (statx(descriptor, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) < 0) return -errno;
    *identity = status.stx_mnt_id;
    return 0;
}

ssize_t clinux_list_attributes(const char *path, void *buffer, size_t size) {
    ssize_t count = llistxattr(path, buffer, size);
    return count < 0 ? -errno : count;
}

ssize_t clinux_get_attribute(const char *path, const char *name, void *buffer, size_t size) {
    ssize_t count = lgetxattr(path, name, buffer, size);
    return count < 0 ? -errno : count;
}

int clinux_sync_file_system(int descriptor) {
    return syncfs(descriptor) < 0 ? -errno : 0;
}

int clinux_next_data(int descriptor, int64_t offset, int64_t *start, int64_t *end) {
    off_t data = lseek(descriptor, offset, SEEK_DATA);
    if (data < 0) return errno == ENXIO ? 0 : -errno;
    off_t hole = lseek(descriptor, data, SEEK_HOLE);
    if (hole < 0) return -errno;
    *start = data;
    *end = hole;
    return 1;
}

int clinux_next_extent(int descriptor, int64_t offset, int64_t *start, int64_t *end) {
    union {
        struct fiemap map;
        char room[sizeof(struct fiemap) + sizeof(struct fiemap_extent)];
    } next = {.map = {
        .fm_start = (uint64_t)offset,
        .fm_length = FIEMAP_MAX_OFFSET - (uint64_t)offset,
        .fm_flags = FIEMAP_FLAG_SYNC,
        .fm_extent_count = 1,
    }};
    if (ioctl(descriptor, FS_IOC_FIEMAP, &next) < 0) return errno == ENOTTY ? -EOPNOTSUPP : -errno;
    if (next.map.fm_mapped_extents == 0) return 0;
    const struct fiemap_extent *extent = next.map.fm_extents;
    *start = (int64_t)extent->fe_logical;
    *end = (int64_t)(extent->fe_logical + extent->fe_length);
    return 1;
}
