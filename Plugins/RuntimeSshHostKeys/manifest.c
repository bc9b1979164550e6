// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END
