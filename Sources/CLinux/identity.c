// SPDX-License-Identifier: Apache-2.0
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

// O_NONBLOCK: a pipe that the user put there must not hold up the build before it is found to be
// one.
static int open_regular(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) return -errno;
    struct stat status;
    int error = fstat(file, &status) < 0 ? errno : S_ISREG(status.st_mode) ? 0 : EINVAL;
    if (!error) return file;
    close(file);
    return -error;
}

static int open_file(const char *path, int flags, mode_t mode) {
    if ((flags & O_ACCMODE) == O_RDONLY) return open_regular(path);
    int file = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
    return file < 0 ? -errno : file;
}

int clinux_open_as(uid_t uid, gid_t gid, const gid_t *groups, size_t group_count, const char *path, int flags,
                   mode_t mode) {
    if (geteuid() != 0 || uid == 0) return open_file(path, flags, mode);
    gid_t saved[1024];
    int saved_count = getgroups(1024, saved);
    if (saved_count < 0 || setgroups(group_count, groups) < 0) return -errno;
    // setfsuid has no error return: the second call tells what the first has done. Leaving uid 0
    // also takes away the capabilities that ignore permissions.
    setfsgid(gid);
    setfsuid(uid);
    int result = (uid_t)setfsuid(-1) == uid && (gid_t)setfsgid(-1) == gid ? open_file(path, flags, mode) : -EPERM;
    setfsuid(geteuid());
    setfsgid(getegid());
    if (setgroups((size_t)saved_count, saved) < 0) _exit(127);
    return result;
}

void clinux_print_by_lines(void) {
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

int clinux_enter_root(int directory) {
    return fchdir(directory) < 0 || chroot(".") < 0 || chdir("/") < 0 ? -errno : 0;
}
