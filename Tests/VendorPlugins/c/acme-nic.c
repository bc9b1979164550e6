// SPDX-License-Identifier: Apache-2.0
//
// An element in C. In the chroot it writes the card's settings and asks a program of the image for
// a text; outside it writes down what it was told. See dib_element.h for each call.
#include "dib_element.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

DIB_MANIFEST("manifest.json");

/// The element: what its hook needs, made by `create`. One process runs one hook.
typedef struct nic {
    const dib_host *host;
    long mtu;
} nic;

/// Fills the host's error, as far as the host knows its fields; `format` makes the message.
__attribute__((format(printf, 4, 5))) static int32_t fail(dib_error *error, int32_t code,
                                                          const char *hint, const char *format,
                                                          ...) {
    // The text must live until the end of the process.
    static char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (DIB_HAS(error, code)) error->code = code;
    if (DIB_HAS(error, message)) error->message = message;
    if (DIB_HAS(error, hint)) error->hint = hint;
    return 1;
}

/// Replaces a file of the target tree, from either side of the chroot.
static int32_t write_file(const nic *nic, const char *path, const char *text, dib_error *error) {
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    const int file = nic->host->open_target_file(nic->host->state, path, flags, 0644);
    if (file < 0) return fail(error, 0, NULL, "cannot write '%s': %s", path, strerror(-file));
    const size_t length = strlen(text);
    const ssize_t written = write(file, text, length);
    int failed = written == (ssize_t)length ? 0 : written < 0 ? errno : ENOSPC;
    if (close(file) != 0 && failed == 0) failed = errno;
    return failed == 0 ? 0 : fail(error, 0, NULL, "cannot write '%s': %s", path, strerror(failed));
}

/// Runs a program; any end but exit status 0 is an error.
static int32_t run(const nic *nic, const char *const *arguments, uint32_t flags,
                   dib_run_result *result, dib_error *error) {
    *result = (dib_run_result){.size = sizeof *result};
    const int32_t failed = nic->host->run(nic->host->state, arguments, NULL, NULL, flags, result);
    if (failed != 0)
        return fail(error, 0, NULL, "cannot run '%s': %s", arguments[0], strerror(failed));
    if (result->status != 0)
        return fail(error, 0, NULL, "'%s' failed: exit status %d, signal %d", arguments[0],
                    result->status, result->signal);
    return 0;
}

/// Installs the packages of the parameter `tools`, when there are some.
static int32_t install_tools(const nic *nic, dib_error *error) {
    const char *tools = nic->host->parameter(nic->host->state, "tools");
    if (tools == NULL || *tools == '\0') return 0;
    if (!DIB_HAS(nic->host, install_packages))
        return fail(error, 0, "Use a newer dibhost, or leave 'tools' empty.",
                    "this version of dibhost does not install packages for elements");
    char *names = strdup(tools);
    const char *list[64] = {NULL};
    size_t count = 0;
    char *rest = NULL;
    char *name = strtok_r(names, ", ", &rest);
    for (; name != NULL && count < 63; name = strtok_r(NULL, ", ", &rest)) list[count++] = name;
    dib_run_result result = {.size = sizeof result};
    const int32_t failed = nic->host->install_packages(nic->host->state, list, &result);
    free(names);
    if (failed == ENOENT)
        return fail(error, ENOENT, "Add an operating-system element such as debian.",
                    "nothing in the image installs the packages '%s'", tools);
    if (failed != 0 || result.status != 0)
        return fail(error, failed, NULL, "cannot install the packages '%s'", tools);
    return 0;
}

// ---- Hooks --------------------------------------------------------------------------------------

/// In the chroot: "/" is the image.
static int32_t install(void *element, dib_error *error) {
    const nic *nic = element;
    const dib_host *host = nic->host;
    host->log(host->state, DIB_LOG_INFO, "setting up the card");
    char settings[64];
    snprintf(settings, sizeof settings, "mtu=%ld\n", nic->mtu);
    if (write_file(nic, "/etc/acme-nic.conf", settings, error) != 0) return 1;
    if (install_tools(nic, error) != 0) return 1;
    host->progress(host->state, 1, 2);

    dib_run_result result;
    const char *const protect[] = {"chmod", "0640", "/etc/acme-nic.conf", NULL};
    if (run(nic, protect, 0, &result, error) != 0) return 1;
    const char *const ask[] = {"cat", "/etc/os-release", NULL};
    if (run(nic, ask, DIB_RUN_CAPTURE, &result, error) != 0) return 1;
    // Without a dot in its name the value is this element's own.
    const int32_t failed = host->publish(host->state, "system", result.output);
    if (failed != 0) return fail(error, 0, NULL, "cannot publish 'system': %s", strerror(failed));
    host->progress(host->state, 2, 2);
    return 0;
}

/// Outside the chroot, in another process: only what was published is left of `install`.
static int32_t post_root(void *element, dib_error *error) {
    const nic *nic = element;
    const char *system = nic->host->value(nic->host->state, "system");
    if (system == NULL) return fail(error, 0, NULL, "the phase install published no 'system'");
    dib_run_result result;
    const char *const ask[] = {"sh", "-c", "test ! -e /etc/acme-nic.conf && echo outside", NULL};
    if (run(nic, ask, DIB_RUN_CAPTURE, &result, error) != 0) return 1;
    char text[4096];
    snprintf(text, sizeof text, "%s%s", system, result.output);
    return write_file(nic, "/etc/acme-nic.system", text, error);
}

// ---- The element --------------------------------------------------------------------------------

static int32_t create(const dib_host *host, void **element, dib_error *error) {
    // The manifest says that it is an integer and has a default.
    const char *text = host->parameter(host->state, "mtu");
    const long mtu = text == NULL ? 0 : strtol(text, NULL, 10);
    if (mtu < 68 || mtu > 9000)
        return fail(error, 22, "Choose another size with --set acme-nic.mtu=BYTES.",
                    "the mtu '%ld' is not between 68 and 9000 bytes", mtu);
    nic *nic = malloc(sizeof *nic);
    if (nic == NULL) return fail(error, ENOMEM, NULL, "no memory is left");
    nic->host = host;
    nic->mtu = mtu;
    *element = nic;
    return 0;
}

static const dib_hook hooks[] = {
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_INSTALL, .run = install},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_POST_ROOT, .run = post_root},
};

static const dib_element table = {
    .size = sizeof(dib_element),
    .abi = DIB_ABI,
    .name = "acme-nic",
    .create = create,
    .hook_count = sizeof hooks / sizeof hooks[0],
    .hook_stride = sizeof hooks[0],
    .hooks = hooks,
    .destroy = free,
};

const dib_element *dib_element_v1(const dib_host *host) {
    return host->abi == DIB_ABI ? &table : NULL;
}
