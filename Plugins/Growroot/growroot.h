// SPDX-License-Identifier: Apache-2.0

#ifndef GROWROOT_H
#define GROWROOT_H

/// The text of the script beside this file, which works in the image; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *growroot_script(void);

#endif
