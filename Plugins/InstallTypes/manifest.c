// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "install-types.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char program[] = {
#embed "install-types"
    , 0};

const char *install_types_program(void) { return program; }
