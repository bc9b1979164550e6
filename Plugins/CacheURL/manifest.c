// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "cache-url.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char program[] = {
#embed "cache-url"
    , 0};

const char *cache_url_program(void) { return program; }
