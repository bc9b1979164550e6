// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "pkg-map.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char program[] = {
#embed "pkg-map"
    , 0};

const char *pkg_map_program(void) { return program; }
