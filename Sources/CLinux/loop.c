// SPDX-License-Identifier: Apache-2.0
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// Opens /dev/loopN. In a container or a chroot without devtmpfs the node may be missing: then it is made.
static int open_loop(int number) {
    char path[32];
    snprintf(path, sizeof path, "/dev/loop%d", number);
    int device = open(path, O_RDWR | O_CLOEXEC);
    if (device >= 0 || errno != ENOENT) return device < 0 ? -errno : device;
    if (mknod(path, S_IFBLK | 0600, makedev(7, (unsigned)number)) < 0 && errno != EEXIST) return -errno;
    device = open(path, O_RDWR | O_CLOEXEC);
    return device < 0 ? -errno : device;
}

int clinux_loop_attach(int file, uint64_t offset, uint64_t size, uint32_t block_size, int *number) {
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (control < 0) return -errno;
    struct loop_config config = {
        .fd = (uint32_t)file,
        .block_size = block_size,
        .info = {.lo_offset = offset, .lo_sizelimit = size, .lo_flags = LO_FLAGS_AUTOCLEAR},
    };
    int result = -EBUSY;
    // Another process may take the free device between the two calls: ask again.
    for (int attempt = 0; attempt < 64; attempt++) {
        *number = ioctl(control, LOOP_CTL_GET_FREE);
        if (*number < 0) {
            result = -errno;
            break;
        }
        int device = open_loop(*number);
        if (device < 0) {
            result = device;
            break;
        }
        if (ioctl(device, LOOP_CONFIGURE, &config) == 0) {
            close(control);
            return device;
        }
        result = -errno;
        close(device);
        if (result != -EBUSY) break;
    }
    close(control);
    return result;
}
