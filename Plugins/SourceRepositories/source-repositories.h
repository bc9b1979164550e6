// SPDX-License-Identifier: Apache-2.0

#ifndef SOURCE_REPOSITORIES_H
#define SOURCE_REPOSITORIES_H

/// The text of the program beside this file; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *source_repositories_program(void);

#endif
