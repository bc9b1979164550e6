// SPDX-License-Identifier: Apache-2.0
//
// Mounts by descriptor (fsopen(2) and its family, Linux 5.12): no path that a target tree could redirect is
// involved. Every function returns a value >= 0, or a negative errno value.
#ifndef CLINUX_MOUNT_H
#define CLINUX_MOUNT_H

#include <stddef.h>
#include <stdint.h>

/// Makes a file system that is mounted nowhere yet; closing the descriptor gives it up.
/// `options` are "name=value" or "name"; `attributes` are MOUNT_ATTR_ bits.
int clinux_mount_make(const char *type, const char *source, const char *const *options, size_t count,
                      uint64_t attributes);

/// A copy of what is mounted at `folder`, mounted nowhere yet; `recursive`: with the mounts below it.
int clinux_mount_copy(int folder, int recursive, uint64_t attributes);

/// Mounts it over the folder or file behind `target`.
int clinux_mount_attach(int mount, int target);

/// Takes the mount, and all below it, out of the tree of mounts; open files keep it alive (MNT_DETACH).
int clinux_mount_detach(int mount);

/// Undoes the mount for good and closes `mount`; EBUSY when something uses it for two seconds.
int clinux_unmount(int mount);

/// umount2(2) with MNT_DETACH of the mount at `path`, whose last component is not followed.
int clinux_unmount_path(const char *path);

/// Removes everything in the folder, without crossing a mount or following a link. What cannot be removed is
/// left, and the first reason is returned.
int clinux_remove_contents(int folder);

/// Removes the entry `name` of `parent`, with its contents if it is a folder.
int clinux_remove_entry(int parent, const char *name);

/// Empties the regular file `name` of `folder`, whatever chattr +i or +a say; it keeps these attributes.
int clinux_empty_file(int folder, const char *name);

/// Whether the file or folder has the immutable or append-only attribute (chattr +i, +a).
int clinux_is_immutable(int descriptor);

/// O_PATH, which Swift does not see without _GNU_SOURCE.
extern const int clinux_o_path;

/// openat2(2) below `folder`: no link is followed, no mount crossed.
int clinux_open_below(int folder, const char *path, int flags);

#endif
