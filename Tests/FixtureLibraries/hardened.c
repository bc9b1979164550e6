// SPDX-License-Identifier: Apache-2.0
//
// A library that hardens its process as soon as it is loaded.
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>

#define SET_MDWE 65
#define GET_MDWE 66
#define REFUSE_EXEC_GAIN 1UL

__attribute__((constructor)) static void harden(void)
{
    if (prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0UL, 0UL, 0UL) != 0)
        perror("prctl(PR_SET_MDWE)");
}

int32_t log_hardening(void (*log)(int32_t, const char *))
{
    char text[32];
    snprintf(text, sizeof text, "mdwe %d", prctl(GET_MDWE, 0UL, 0UL, 0UL, 0UL));
    log(1, text);
    return 0;
}
