// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "persistent-state.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char script[] = {
#embed "persistent-state"
    , 0};

const char *persistent_state_script(void) { return script; }
