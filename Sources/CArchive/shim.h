// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

/// Without a UTF-8 locale libarchive cannot write names beyond ASCII into pax headers. Touches LC_CTYPE only.
static inline int carchive_use_utf8(void) { return setlocale(LC_CTYPE, "C.UTF-8") != NULL; }
