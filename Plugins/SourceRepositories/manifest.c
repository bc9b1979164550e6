// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "source-repositories.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char program[] = {
#embed "source-repositories"
    , 0};

const char *source_repositories_program(void) { return program; }
