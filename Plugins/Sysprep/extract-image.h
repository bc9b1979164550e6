// SPDX-License-Identifier: Apache-2.0

#ifndef EXTRACT_IMAGE_H
#define EXTRACT_IMAGE_H

/// The text of the program beside this file; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *extract_image_program(void);

#endif
