// SPDX-License-Identifier: Apache-2.0
//
// A vendor's library without dibhost's header. With -DWITH_TABLE it is a mixed plugin: its own table has the hook of phase
// finalise, and the manifest binds the others.
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void log_function(int32_t level, const char *text);

/// Logs each of its texts on a line of its own.
int32_t nic_prepare(int32_t (*publish)(const char *, const char *), log_function *log, const char *root,
                    const char *architecture, const char *image, const char *packages, const char *label,
                    const char *cache, const char *scratch, const char *user, const char *home, const char *distribution)
{
    const char *texts[] = {root, architecture, image, packages, label, cache, scratch, user, home, distribution};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++)
        log(1, texts[index] == NULL ? "(null)" : texts[index]);
    return publish("nic.name", "eth0");
}

int32_t nic_install(const char *root, const char *name, const char *release, uint16_t mtu, bool sriov, const char *key,
                    size_t key_length, int64_t epoch, uint8_t trace, bool offline, uint32_t user)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/etc/nic.conf", root);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return -1;
    fprintf(file, "%s %s %u %d %zu%c %d %u %d %u\n", name, release, mtu, sriov, key_length, key[key_length - 1],
            epoch > 1600000000, trace, offline, user);
    return fclose(file);
}

int32_t nic_finish(int tree, const char *text)
{
    int file = openat(tree, "etc/nic.finished", O_WRONLY | O_CREAT, 0600);
    if (file < 0 || write(file, text, strlen(text)) < 0)
        return -1;
    return close(file);
}

int32_t nic_crash(const char *text) { return (int32_t)strlen(text); }

void nic_exit(void) { exit(0); }

int32_t nic_refuse(void (*fail)(const char *, const char *))
{
    errno = EIO;
    fail("the card does not answer", "Plug it in.");
    return 5;
}

#ifdef WITH_TABLE
#include "dib_element.h"

static int32_t create(const dib_host *host, void **element, dib_error *error)
{
    (void)error;
    *element = (void *)host;
    return 0;
}

static int32_t finalise(void *element, dib_error *error)
{
    (void)error;
    const dib_host *host = element;
    host->log(host->state, DIB_LOG_INFO, "from the table");
    return 0;
}

static const dib_hook hooks[] = {
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_FINALISE, .run = finalise},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_INSTALL, .run = finalise},
};

const dib_element *dib_element_v1(const dib_host *host)
{
    (void)host;
    static dib_element table = {
        .size = sizeof(dib_element),
        .abi = DIB_ABI,
        .create = create,
        .hook_count = WITH_TABLE,
        .hook_stride = sizeof(dib_hook),
        .hooks = hooks,
    };
    return &table;
}
#endif
