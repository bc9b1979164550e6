// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_URL_H
#define CACHE_URL_H

/// The text of the program beside this file; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *cache_url_program(void);

#endif
