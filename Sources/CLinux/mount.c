// SPDX-License-Identifier: Apache-2.0
#include "clinux_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

static int set_option(int context, const char *option) {
    const char *equals = strchr(option, '=');
    if (!equals) return fsconfig(context, FSCONFIG_SET_FLAG, option, NULL, 0);
    char name[64];
    size_t length = (size_t)(equals - option);
    if (length >= sizeof name) {
        errno = EINVAL;
        return -1;
    }
    memcpy(name, option, length);
    name[length] = 0;
    return fsconfig(context, FSCONFIG_SET_STRING, name, equals + 1, 0);
}

static int configure(int context, const char *source, const char *const *options, size_t count) {
    if (source && fsconfig(context, FSCONFIG_SET_STRING, "source", source, 0) < 0) return -1;
    for (size_t i = 0; i < count; i++)
        if (set_option(context, options[i]) < 0) return -1;
    return fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

int clinux_mount_make(const char *type, const char *source, const char *const *options, size_t count,
                      uint64_t attributes) {
    int context = fsopen(type, FSOPEN_CLOEXEC);
    if (context < 0) return -errno;
    int mount = -1;
    if (configure(context, source, options, count) == 0)
        mount = fsmount(context, FSMOUNT_CLOEXEC, (unsigned)attributes);
    int error = errno;
    close(context);
    return mount < 0 ? -error : mount;
}

int clinux_mount_copy(int folder, int recursive, uint64_t attributes) {
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
    unsigned below = recursive ? AT_RECURSIVE : 0;
    int mount = open_tree(folder, "", flags | below);
    if (mount < 0) return -errno;
    // Private: what is mounted below the copy must not appear below the original, too.
    struct mount_attr attr = {.attr_set = attributes, .propagation = MS_PRIVATE};
    if (mount_setattr(mount, "", AT_EMPTY_PATH | below, &attr, sizeof attr) < 0) {
        int error = errno;
        close(mount);
        return -error;
    }
    return mount;
}

int clinux_mount_attach(int mount, int target) {
    unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
    return move_mount(mount, "", target, "", flags) < 0 ? -errno : 0;
}

int clinux_mount_detach(int mount) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", mount);
    return umount2(link, MNT_DETACH) < 0 ? -errno : 0;
}

int clinux_unmount(int mount) {
    char link[32], path[PATH_MAX + 1];
    snprintf(link, sizeof link, "/proc/self/fd/%d", mount);
    ssize_t length = readlink(link, path, PATH_MAX);
    int error = errno;
    // The descriptor itself keeps the mount busy.
    close(mount);
    if (length < 0) return -error;
    path[length] = 0;
    // A process that another thread has forked keeps it busy, too, until it executes its program: a matter of
    // milliseconds, so that whoever uses the mount for longer than this does so on purpose.
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    for (int attempt = 0; umount2(path, UMOUNT_NOFOLLOW) < 0; attempt++) {
        if (errno != EBUSY || attempt == 200) return -errno;
        nanosleep(&pause, NULL);
    }
    return 0;
}

int clinux_unmount_path(const char *path) {
    return umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 ? -errno : 0;
}
