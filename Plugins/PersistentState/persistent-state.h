// SPDX-License-Identifier: Apache-2.0

#ifndef PERSISTENT_STATE_H
#define PERSISTENT_STATE_H

/// The text of the script beside this file, which works in the image; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *persistent_state_script(void);

#endif
