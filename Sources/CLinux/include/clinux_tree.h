// SPDX-License-Identifier: Apache-2.0
//
// What a walk over a tree needs and Swift cannot import: calls that glibc declares for _GNU_SOURCE only.
// Every function returns a value >= 0, or a negative errno value.
#ifndef CLINUX_TREE_H
#define CLINUX_TREE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// openat(2) for reading; follows no link in the last component, waits for no FIFO and changes no access time.
int clinux_open_entry(int folder, const char *name, int flags);

/// statx(2): the identity of the mount that an open file lies on; a bind mount has one of its own.
int clinux_mount_identity(int descriptor, uint64_t *identity);

/// llistxattr(2) and lgetxattr(2); a `size` of 0 asks for the size.
ssize_t clinux_list_attributes(const char *path, void *buffer, size_t size);
ssize_t clinux_get_attribute(const char *path, const char *name, void *buffer, size_t size);

/// syncfs(2): waits until the file system that holds an open file is on its medium.
int clinux_sync_file_system(int descriptor);

/// The next byte range of a file, from `offset`, that holds data, lseek(2) SEEK_DATA and SEEK_HOLE.
/// Returns 1 and the range, or 0 when only a hole is left.
int clinux_next_data(int descriptor, int64_t offset, int64_t *start, int64_t *end);

/// The next byte range of a file, from `offset`, that has space of its own, ioctl(2) FS_IOC_FIEMAP; unlike `clinux_next_data`
/// also a range that was allocated and holds zeros. What was written is allocated first.
/// Returns 1 and the range, or 0 when there is none; -EOPNOTSUPP where the file system does not tell.
int clinux_next_extent(int descriptor, int64_t offset, int64_t *start, int64_t *end);

#endif
