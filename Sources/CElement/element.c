// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
