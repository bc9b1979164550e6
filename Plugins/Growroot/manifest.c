// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "growroot.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char script[] = {
#embed "growroot"
    , 0};

const char *growroot_script(void) { return script; }
