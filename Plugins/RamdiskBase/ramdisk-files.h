// SPDX-License-Identifier: Apache-2.0

#ifndef RAMDISK_FILES_H
#define RAMDISK_FILES_H

/// The text of the file init beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *ramdisk_init(void);

/// The text of the file ramdisk-functions beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *ramdisk_ramdisk_functions(void);

/// The text of the file 10-start beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *ramdisk_start(void);

/// The text of the file 20-parameters beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *ramdisk_parameters(void);

/// The text of the file 40-network beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *ramdisk_network(void);

/// The text of the file udhcpc-script beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *ramdisk_udhcpc_script(void);

#endif
