// SPDX-License-Identifier: Apache-2.0

#ifndef SIMPLE_INIT_H
#define SIMPLE_INIT_H

/// The text of the script beside this file, which works in the image; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *read_metadata_script(void);

#endif
