// SPDX-License-Identifier: Apache-2.0

#ifndef PKG_MAP_H
#define PKG_MAP_H

/// The text of the program beside this file; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *pkg_map_program(void);

#endif
