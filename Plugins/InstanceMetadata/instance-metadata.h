// SPDX-License-Identifier: Apache-2.0

#ifndef INSTANCE_METADATA_H
#define INSTANCE_METADATA_H

// The texts of the files beside this one, which work in the image; they live as long as the plugin.

__attribute__((visibility("hidden"))) const char *apply_metadata_script(void);

#endif
