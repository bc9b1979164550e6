// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "simple-init.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char read_metadata_text[] = {
#embed "read-metadata"
    , 0};

const char *read_metadata_script(void) { return read_metadata_text; }
