// SPDX-License-Identifier: Apache-2.0

#ifndef HAND_OVER_H
#define HAND_OVER_H

// The texts of the files beside this one, which work in the image; they live as long as the plugin.

__attribute__((visibility("hidden"))) const char *hand_over_script(void);

#endif
