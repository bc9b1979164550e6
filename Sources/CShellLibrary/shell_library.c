/* SPDX-License-Identifier: Apache-2.0 */
#include "shell_library.h"

static const unsigned char common_defaults[] = {
#embed "lib/common-defaults"
};
static const unsigned char common_functions[] = {
#embed "lib/common-functions"
};
static const unsigned char die[] = {
#embed "lib/die"
};
static const unsigned char img_defaults[] = {
#embed "lib/img-defaults"
};
static const unsigned char img_functions[] = {
#embed "lib/img-functions"
};
static const unsigned char ramdisk_defaults[] = {
#embed "lib/ramdisk-defaults"
};
static const unsigned char ramdisk_functions[] = {
#embed "lib/ramdisk-functions"
};

#define FILE_OF(name, array) {name, array, sizeof(array)}

static const struct shell_library_file files[] = {
    FILE_OF("common-defaults", common_defaults), FILE_OF("common-functions", common_functions),
    FILE_OF("die", die),                         FILE_OF("img-defaults", img_defaults),
    FILE_OF("img-functions", img_functions),     FILE_OF("ramdisk-defaults", ramdisk_defaults),
    FILE_OF("ramdisk-functions", ramdisk_functions),
};

const struct shell_library_file *shell_library_files(size_t *count) {
    *count = sizeof(files) / sizeof(files[0]);
    return files;
}
