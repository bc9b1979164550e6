/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIBHOST_SHELL_LIBRARY_H
#define DIBHOST_SHELL_LIBRARY_H

#include <stddef.h>

/* One file of the folder lib: what shell elements source or copy from $_LIB. */
struct shell_library_file {
    const char *name;
    const unsigned char *bytes;
    size_t size;
};

/* All files; *count is how many. They live as long as the program. */
const struct shell_library_file *shell_library_files(size_t *count);

#endif
