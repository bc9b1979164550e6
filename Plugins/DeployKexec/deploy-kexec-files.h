// SPDX-License-Identifier: Apache-2.0

#ifndef DEPLOY_KEXEC_FILES_H
#define DEPLOY_KEXEC_FILES_H

/// The text of the file 81-kexec beside this one; lives as long as the plugin.
__attribute__((visibility("hidden"))) const char *deploy_kexec(void);

#endif
