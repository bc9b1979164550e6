// SPDX-License-Identifier: Apache-2.0
//
// Removal by descriptors. A tree that a build ran may hold anything: links, mounts, immutable files, folders so
// deep that neither a path nor the stack reaches their end.
#include "clinux_mount.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Folders below this depth are moved up to the top folder and removed from there: a descriptor is open for
// each level.
enum { deepest = 64, most_passes = 1000 };

struct removal {
    int top;
    unsigned moved;
    int error;
};

const int clinux_o_path = O_PATH;

int clinux_open_below(int folder, const char *path, int flags) {
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
    };
    int descriptor;
    do {
        descriptor = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    } while (descriptor < 0 && (errno == EAGAIN || errno == EINTR));
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_is_immutable(int descriptor) {
    int flags = 0;
    // File systems without attributes say ENOTTY or EOPNOTSUPP: nothing there is immutable.
    if (ioctl(descriptor, FS_IOC_GETFLAGS, &flags) < 0) return 0;
    return flags & (FS_IMMUTABLE_FL | FS_APPEND_FL) ? 1 : 0;
}

static void clear_attributes(int descriptor) {
    int flags = 0;
    if (ioctl(descriptor, FS_IOC_GETFLAGS, &flags) < 0) return;
    flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
    ioctl(descriptor, FS_IOC_SETFLAGS, &flags);
}

// unlinkat, once more without the attributes that forbid it.
static int unlink_entry(int folder, const char *name, int flags) {
    if (unlinkat(folder, name, flags) == 0) return 0;
    if (errno != EPERM) return -errno;
    clear_attributes(folder);
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0
        && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) {
        int entry = clinux_open_below(folder, name, O_RDONLY | O_NONBLOCK);
        if (entry >= 0) {
            clear_attributes(entry);
            close(entry);
        }
    }
    return unlinkat(folder, name, flags) == 0 ? 0 : -errno;
}

int clinux_empty_file(int folder, const char *name) {
    int flags = 0;
    int file = clinux_open_below(folder, name, O_WRONLY | O_NONBLOCK);
    if (file == -EPERM || file == -EACCES) {
        int entry = clinux_open_below(folder, name, O_RDONLY | O_NONBLOCK);
        if (entry < 0) return entry;
        if (ioctl(entry, FS_IOC_GETFLAGS, &flags) < 0) flags = 0;
        clear_attributes(entry);
        close(entry);
        file = clinux_open_below(folder, name, O_WRONLY | O_NONBLOCK);
    }
    if (file < 0) return file;
    int error = ftruncate(file, 0) < 0 ? -errno : 0;
    // A log that may only grow is one in the image, too.
    if (flags && ioctl(file, FS_IOC_SETFLAGS, &flags) < 0 && !error) error = -errno;
    close(file);
    return error;
}

static int empty_folder(int folder, unsigned depth, struct removal *removal);

// Returns 1 when the entry is gone from `folder`.
static int remove_folder(int folder, const char *name, unsigned depth, struct removal *removal) {
    if (depth == deepest) {
        char moved[48];
        snprintf(moved, sizeof moved, ".dibhost-removed.%d.%u", (int)getpid(), removal->moved++);
        if (renameat(folder, name, removal->top, moved) == 0) return 1;
    }
    int entry = clinux_open_below(folder, name, O_RDONLY | O_DIRECTORY);
    int error = entry < 0 ? -entry : 0;
    if (entry >= 0) {
        empty_folder(entry, depth + 1, removal);
        error = -unlink_entry(folder, name, AT_REMOVEDIR);
    }
    if (error && error != ENOENT && !removal->error) removal->error = error;
    return error == 0;
}

static int remove_one(int folder, const char *name, unsigned depth, struct removal *removal) {
    int result = unlink_entry(folder, name, 0);
    if (result == 0) return 1;
    if (result == -EISDIR) return remove_folder(folder, name, depth, removal);
    if (result != -ENOENT && !removal->error) removal->error = -result;
    return 0;
}

// One pass over the entries; closes `folder`. Returns how many went.
static int empty_once(int folder, unsigned depth, struct removal *removal) {
    DIR *stream = fdopendir(folder);
    if (!stream) {
        if (!removal->error) removal->error = errno;
        close(folder);
        return 0;
    }
    int removed = 0;
    struct dirent *entry;
    while ((entry = readdir(stream)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            removed += remove_one(folder, entry->d_name, depth, removal);
    closedir(stream);
    return removed;
}

// Takes over and closes `folder`. What was moved to the top is met by the top's next pass.
static int empty_folder(int folder, unsigned depth, struct removal *removal) {
    if (depth > 0) return empty_once(folder, depth, removal);
    int removed = 1;
    for (int pass = 0; pass < most_passes && removed > 0; pass++) {
        removal->error = 0;
        int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (copy < 0) {
            removal->error = errno;
            break;
        }
        removed = empty_once(copy, depth, removal);
    }
    close(folder);
    return removed;
}

int clinux_remove_contents(int folder) {
    // `folder` may be an O_PATH descriptor, which cannot be read.
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) return -errno;
    struct removal removal = {.top = folder};
    empty_folder(copy, 0, &removal);
    return -removal.error;
}

int clinux_remove_entry(int parent, const char *name) {
    int result = unlink_entry(parent, name, 0);
    if (result != -EISDIR) return result;
    int folder = clinux_open_below(parent, name, O_RDONLY | O_DIRECTORY);
    if (folder < 0) return folder;
    result = clinux_remove_contents(folder);
    close(folder);
    if (result < 0) return result;
    return unlink_entry(parent, name, AT_REMOVEDIR);
}
