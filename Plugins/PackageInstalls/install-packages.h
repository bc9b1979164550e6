// SPDX-License-Identifier: Apache-2.0

#ifndef INSTALL_PACKAGES_H
#define INSTALL_PACKAGES_H

/// The text of the program beside this file; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *install_packages_program(void);

#endif
