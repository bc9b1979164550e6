// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "cloud-init-files.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char from_cloud_init_text[] = {
#embed "from-cloud-init"
    , 0};

const char *from_cloud_init_script(void) { return from_cloud_init_text; }
