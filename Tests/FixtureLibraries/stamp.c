// SPDX-License-Identifier: Apache-2.0
//
// A C library that knows nothing of dibhost, as vendors have them already: adds a line to a file.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

int32_t stamp_file(const char *folder, const char *name, const char *line)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return ENAMETOOLONG;
    FILE *file = fopen(path, "a");
    if (file == NULL)
        return errno;
    int result = fprintf(file, "%s\n", line) < 0 ? errno : 0;
    return fclose(file) != 0 && result == 0 ? errno : result;
}
