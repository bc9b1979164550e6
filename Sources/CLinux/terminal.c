// SPDX-License-Identifier: Apache-2.0
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int clinux_open_terminal(int *program) {
    int controller = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (controller < 0) return -errno;
    char name[64];
    *program = -1;
    if (grantpt(controller) == 0 && unlockpt(controller) == 0 && ptsname_r(controller, name, sizeof name) == 0)
        *program = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*program >= 0) return controller;
    int error = errno;
    close(controller);
    return -error;
}
