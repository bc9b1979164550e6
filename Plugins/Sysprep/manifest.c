// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "extract-image.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char program[] = {
#embed "extract-image"
    , 0};

const char *extract_image_program(void) { return program; }
