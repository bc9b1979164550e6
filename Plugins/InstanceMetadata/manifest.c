// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "instance-metadata.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char apply_metadata_text[] = {
#embed "apply-metadata"
    , 0};

const char *apply_metadata_script(void) { return apply_metadata_text; }
