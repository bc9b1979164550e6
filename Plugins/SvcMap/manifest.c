// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "svc-map.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char program[] = {
#embed "svc-map"
    , 0};

const char *svc_map_program(void) { return program; }
