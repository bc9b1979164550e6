// SPDX-License-Identifier: Apache-2.0

#ifndef INSTALL_TYPES_H
#define INSTALL_TYPES_H

/// The text of the program beside this file; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *install_types_program(void);

#endif
