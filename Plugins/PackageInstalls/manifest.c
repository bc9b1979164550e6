// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "install-packages.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char program[] = {
#embed "install-packages"
    , 0};

const char *install_packages_program(void) { return program; }
