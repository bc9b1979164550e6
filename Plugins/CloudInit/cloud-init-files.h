// SPDX-License-Identifier: Apache-2.0

#ifndef CLOUD_INIT_FILES_H
#define CLOUD_INIT_FILES_H

// The texts of the files beside this one, which work in the image; they live as long as the plugin.

__attribute__((visibility("hidden"))) const char *from_cloud_init_script(void);

#endif
