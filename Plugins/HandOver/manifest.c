// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "hand-over.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char hand_over_text[] = {
#embed "hand-over"
    , 0};

const char *hand_over_script(void) { return hand_over_text; }
