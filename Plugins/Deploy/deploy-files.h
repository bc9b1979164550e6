// SPDX-License-Identifier: Apache-2.0

#ifndef DEPLOY_FILES_H
#define DEPLOY_FILES_H

/// The text of the file fetch-functions beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *deploy_fetch_functions(void);

/// The text of the file write-functions beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *deploy_write_functions(void);

/// The text of the file iscsi-functions beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *deploy_iscsi_functions(void);

/// The text of the file 60-disk beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *deploy_disk(void);

/// The text of the file 80-deploy beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *deploy_deploy(void);

#endif
