// SPDX-License-Identifier: Apache-2.0
//
// An element that has a hook for each phase and calls each function of dib_host where it works: what was built of it when
// the contract was frozen is kept as a file, and runs in every later dibhost. Each hook logs what it got.
#include "dib_element.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

DIB_MANIFEST("every-service.json");

static const dib_host *host;
static int object, destroyed;

static void say(const char *phase, const char *what, const char *value) {
    char line[512];
    snprintf(line, sizeof line, "every-service %s: %s %s", phase, what, value == NULL ? "(none)" : value);
    host->log(host->state, DIB_LOG_INFO, line);
}

static void say_number(const char *phase, const char *what, long number) {
    char text[32];
    snprintf(text, sizeof text, "%ld", number);
    say(phase, what, text);
}

static int32_t fail(dib_error *error, const char *message) {
    if (DIB_HAS(error, code)) error->code = 7;
    if (DIB_HAS(error, message)) error->message = message;
    if (DIB_HAS(error, hint)) error->hint = "Look at what changed in the contract.";
    return 1;
}

static int32_t create(const dib_host *services, void **element, dib_error *error) {
    host = services;
    if (host->size < DIB_HOST_FIRST_SIZE) return fail(error, "the host's table is too short");
    *element = &object;
    return 0;
}

static void destroy(void *element) { destroyed = element == &object; }

static int32_t at_check(void *element, dib_error *error) {
    if (element != &object) return fail(error, "the element is another one");
    const char *layout = host->disk_layout(host->state);
    if (layout == NULL || strstr(layout, "local_loop") == NULL) return fail(error, "there is no disk layout");
    say_number("check", "set_disk_layout", host->set_disk_layout(host->state, layout));
    return 0;
}

static int32_t at_root(void *element, dib_error *error) {
    (void)element, (void)error;
    say("root", "architecture", host->value(host->state, "build.architecture"));
    host->progress(host->state, 1, 2);
    return 0;
}

static int32_t at_extra_data(void *element, dib_error *error) {
    (void)element;
    char text[64] = "";
    const char *path = host->parameter(host->state, "file");
    int file = path == NULL ? -1 : host->open_user_file(host->state, path);
    if (file < 0 || read(file, text, sizeof text - 1) < 0) return fail(error, "the user's file cannot be read");
    close(file);
    say("extra-data", "open_user_file", strtok(text, "\n"));
    const char *const command[] = {"sh", "-c", "echo $GREETING; cat; exit 3", NULL};
    const char *const environment[] = {"GREETING=hello", NULL};
    dib_run_result result = {.size = sizeof result};
    int32_t code = host->run(host->state, command, environment, "input", DIB_RUN_CAPTURE | DIB_RUN_AS_USER, &result);
    if (code != 0 || result.output_length != strlen(result.output)) return fail(error, "run failed");
    say_number("extra-data", "status", result.status);
    say_number("extra-data", "signal", result.signal);
    say("extra-data", "output", strcmp(result.output, "hello\ninput") == 0 ? "as expected" : result.output);
    return 0;
}

static int32_t at_pre_install(void *element, dib_error *error) {
    (void)element, (void)error;
    say_number("pre-install", "publish", host->publish(host->state, "every.value", "published"));
    say_number("pre-install", "publish ill-formed", host->publish(host->state, "every value", "published"));
    say_number("pre-install", "open_user_file", host->open_user_file(host->state, "/etc/passwd"));
    return 0;
}

static int32_t at_install(void *element, dib_error *error) {
    (void)element;
    const char text[] = "frozen\n";
    int file = host->open_target_file(host->state, "/etc/every-service", O_WRONLY | O_CREAT | O_EXCL, 0640);
    if (file < 0 || write(file, text, sizeof text - 1) < 0 || close(file) != 0)
        return fail(error, "a file of the tree cannot be written");
    const char *const none[] = {NULL};
    dib_run_result result = {.size = sizeof result};
    say_number("install", "install_packages", host->install_packages(host->state, none, &result));
    say_number("install", "add_to_ramdisk", host->add_to_ramdisk(host->state, DIB_RAMDISK_MODULE, "loop", NULL));
    return 0;
}

static int32_t at_post_install(void *element, dib_error *error) {
    (void)element, (void)error;
    say("post-install", "value", host->value(host->state, "every.value"));
    say("post-install", "target.root", host->value(host->state, "target.root"));
    return 0;
}

static int32_t at_post_root(void *element, dib_error *error) {
    (void)element;
    char text[16] = "";
    int file = host->open_target_file(host->state, "etc/every-service", O_RDONLY, 0);
    if (file < 0 || read(file, text, sizeof text - 1) < 0) return fail(error, "a file of the tree cannot be read");
    close(file);
    say("post-root", "open_target_file", strtok(text, "\n"));
    return 0;
}

static int32_t at_ramdisk(void *element, dib_error *error) {
    (void)element;
    static const struct {
        uint32_t item;
        const char *name, *text;
    } items[] = {
        {DIB_RAMDISK_MODULE, "loop", NULL},
        {DIB_RAMDISK_FIRMWARE, "every-service.bin", NULL},
        {DIB_RAMDISK_PROGRAM, "findmnt", NULL},
        {DIB_RAMDISK_FILE, "/etc/every-service", NULL},
        {DIB_RAMDISK_FILE, "/etc/every-service.new", "new\n"},
        {DIB_RAMDISK_INIT_FRAGMENT, "45-every-service", "say 'every-service is in init'\n"},
        {DIB_RAMDISK_UDEV_RULES, "99-every-service.rules", "# every-service\n"},
    };
    for (size_t index = 0; index < sizeof items / sizeof *items; index++)
        if (host->add_to_ramdisk(host->state, items[index].item, items[index].name, items[index].text) != 0)
            return fail(error, items[index].name);
    say_number("ramdisk", "unknown item", host->add_to_ramdisk(host->state, 99, "x", NULL));
    return 0;
}

static int32_t at_block_device(void *element, dib_error *error) {
    (void)element;
    const char *layout = host->disk_layout(host->state);
    char *changed = layout == NULL ? NULL : strdup(layout);
    if (changed == NULL) return fail(error, "there is no disk layout");
    char *label = strstr(changed, "every-old");
    if (label != NULL) memcpy(label, "every-new", strlen("every-new"));
    say_number("block-device", "set_disk_layout", host->set_disk_layout(host->state, changed));
    return 0;
}

static int32_t at_pre_finalise(void *element, dib_error *error) {
    (void)element, (void)error;
    say("pre-finalise", "root label", host->value(host->state, "build.root-label"));
    return 0;
}

static int32_t at_finalise(void *element, dib_error *error) {
    (void)element, (void)error;
    say("finalise", "unknown value", host->value(host->state, "no.such"));
    return 0;
}

static int32_t at_cleanup(void *element, dib_error *error) {
    (void)element;
    if (host->parameter(host->state, "fail") != NULL) return fail(error, "told to fail");
    host->log(host->state, DIB_LOG_WARNING, "every-service cleanup: done");
    return 0;
}

static const dib_hook hooks[] = {
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_CHECK, .run = at_check},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_ROOT, .run = at_root},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_EXTRA_DATA, .run = at_extra_data},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_PRE_INSTALL, .run = at_pre_install},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_INSTALL, .run = at_install},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_POST_INSTALL, .run = at_post_install},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_POST_ROOT, .run = at_post_root},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_RAMDISK, .run = at_ramdisk},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_BLOCK_DEVICE, .run = at_block_device},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_PRE_FINALISE, .run = at_pre_finalise},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_FINALISE, .run = at_finalise},
    {.size = sizeof(dib_hook), .phase = DIB_PHASE_CLEANUP, .run = at_cleanup},
};

const dib_element *dib_element_v1(const dib_host *services) {
    static const dib_element table = {
        .size = sizeof(dib_element),
        .abi = DIB_ABI,
        .name = "every-service",
        .create = create,
        .hook_count = sizeof hooks / sizeof *hooks,
        .hook_stride = sizeof(dib_hook),
        .hooks = hooks,
        .destroy = destroy,
    };
    return services->abi == DIB_ABI ? &table : NULL;
}
