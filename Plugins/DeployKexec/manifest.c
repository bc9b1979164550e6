// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "deploy-kexec-files.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char deploy_kexec_text[] = {
#embed "81-kexec"
    , 0};

const char *deploy_kexec(void) { return deploy_kexec_text; }
