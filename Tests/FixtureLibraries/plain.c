// SPDX-License-Identifier: Apache-2.0
//
// A C library that knows nothing of dibhost: each function prints what it was given, or fails in a way of its own. The
// test compiles it and calls it through libffi.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int32_t show_integers(int8_t a, int16_t b, int32_t c, int64_t d, uint8_t e, uint16_t f, uint32_t g, uint64_t h)
{
    printf("%d %d %d %" PRId64 " %u %u %u %" PRIu64 "\n", a, b, c, d, e, f, g, h);
    return 0;
}

int32_t show_floats(float a, double b)
{
    printf("%a %a\n", (double)a, b);
    return 0;
}

/// More arguments of both kinds than there are registers for.
int32_t show_many(int8_t a, double b, uint16_t c, float d, int64_t e, double f, int32_t g, double h, uint8_t i, double j,
                  int16_t k, double l, int32_t m, double n, int64_t o, double p, double q, bool r)
{
    printf("%d %g %u %g %" PRId64 " %g %d %g %u %g %d %g %d %g %" PRId64 " %g %g %d\n", a, b, c, (double)d, e, f, g, h, i,
           j, k, l, m, n, o, p, q, r);
    return 0;
}

int32_t show_truth(bool a, bool b)
{
    // Anything but 0 and 1 in the register would show in the sum.
    printf("%s %s %d\n", a ? "true" : "false", b ? "true" : "false", a + b);
    return 0;
}

int32_t show_text(char *text)
{
    printf("text %s\n", text == NULL ? "(null)" : text);
    // The copy is the function's own.
    if (text != NULL && *text != '\0')
        *text = 'X';
    return 0;
}

int32_t show_bytes(const void *bytes, size_t count, int32_t last)
{
    printf("%s %zu", bytes == NULL ? "null" : "bytes", count);
    for (size_t index = 0; index < count; index++)
        printf(" %02x", ((const unsigned char *)bytes)[index]);
    printf(" then %d\n", last);
    return 0;
}

int32_t write_below(int folder, const char *name, const char *text)
{
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0640);
    if (file < 0 || write(file, text, strlen(text)) < 0)
        return -1;
    close(file);
    // It need not, but may.
    return close(folder);
}

int32_t write_file(const char *root, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/from-the-path", root);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return errno;
    fputs(text, file);
    return fclose(file);
}

int8_t return_i8(void) { return -128; }
int16_t return_i16(void) { return -32768; }
int32_t return_i32(void) { return INT32_MIN; }
int64_t return_i64(void) { return INT64_MIN; }
uint8_t return_u8(void) { return 255; }
uint16_t return_u16(void) { return 65535; }
uint32_t return_u32(void) { return UINT32_MAX; }
uint64_t return_u64(void) { return UINT64_MAX; }

/// A register whose lowest byte is 0, as a narrow function may leave it.
int64_t return_above_8_bits(void) { return 0x7f00; }
int64_t return_above_32_bits(void) { return INT64_MIN; }

void return_nothing(void) { errno = EIO; }

int32_t succeed_with_errno(void)
{
    errno = EIO;
    return 0;
}

int32_t open_nothing(void) { return open("/no/such/file", O_RDONLY); }

int32_t fail_after_log(void (*log)(int32_t, const char *))
{
    errno = ENOSPC;
    log(2, "about to fail");
    return -7;
}

int32_t fail_with_words(void (*fail)(const char *, const char *), const char *message, const char *hint, int32_t result)
{
    fail(message, hint);
    fail("a consequence", "Ignore it.");
    return result;
}

int32_t use_services(void (*log)(int32_t, const char *), void (*progress)(uint64_t, uint64_t),
                     const char *(*parameter)(const char *), const char *(*value)(const char *),
                     int32_t (*publish)(const char *, const char *))
{
    char text[256];
    const char *first = parameter("text");
    const char *second = value("build.architecture");
    log(3, "an error");
    log(0, "a detail");
    log(1, NULL);
    progress(1, UINT64_MAX);
    snprintf(text, sizeof text, "%s, %s, %s, %s", first, second, parameter("none") ? "set" : "unset",
             value("none") ? "set" : "unset");
    log(1, text);
    if (publish("plain.note", text) != 0)
        return 1;
    return publish("no name", text) == EINVAL && publish(NULL, NULL) == EINVAL ? 0 : 2;
}

int32_t run_lines(int32_t (*run)(const char *), void (*log)(int32_t, const char *))
{
    char text[256];
    snprintf(text, sizeof text, "%d %d %d %d", run("echo one && echo two"), run("exit 3"), run("kill -9 $$"), run(NULL));
    log(1, text);
    return 0;
}

int32_t open_files(int32_t (*open_target)(const char *, int32_t, uint32_t), int32_t (*open_user)(const char *),
                   const char *user_file)
{
    char text[64] = "";
    int made = open_target("/etc/../made", O_WRONLY | O_CREAT, 0600);
    int read_from = open_user(user_file);
    if (made < 0 || read_from < 0)
        return 1;
    ssize_t count = read(read_from, text, sizeof text);
    if (count < 0 || write(made, text, (size_t)count) != count)
        return 2;
    return open_target("/none", O_RDONLY, 0) == -ENOENT && open_user("/no/such/file") == -ENOENT ? 0 : 3;
}

int32_t edit_layout(const char *(*layout)(void), int32_t (*set_layout)(const char *))
{
    char text[64];
    const char *before = layout();
    snprintf(text, sizeof text, "%s and after", before ? before : "(none)");
    int32_t error = set_layout(text);
    const char *after = layout();
    printf("%s, then %s\n", before ? before : "(none)", after ? after : "(none)");
    return error == EPERM && set_layout(NULL) == EINVAL ? 1 : error;
}

int32_t end_the_process(void) { exit(0); }

int32_t measure(const char *text) { return (int32_t)strlen(text) > 1000; }
