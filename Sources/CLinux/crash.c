// SPDX-License-Identifier: Apache-2.0
#include "clinux_crash.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

static const int crashes[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
enum { crash_count = sizeof crashes / sizeof *crashes };

static int outer_root = -1;
static struct sigaction reporters[crash_count];
/// Where the C library lies in memory.
static const void *libc_start;

#if defined(__x86_64__)
/// The place of a crash while the stack is searched for a frame outside the C library.
struct search {
    greg_t *registers;
    int is_below_signal;
};

static int is_in_libc(uintptr_t address) {
    Dl_info info;
    return dladdr((const void *)address, &info) != 0 && info.dli_fbase == libc_start;
}

static _Unwind_Reason_Code look_at(struct _Unwind_Context *context, void *state) {
    struct search *search = state;
    uintptr_t address = _Unwind_GetIP(context);
    // The handler's own frames come first.
    if (address == (uintptr_t)search->registers[REG_RIP]) search->is_below_signal = 1;
    if (!search->is_below_signal || is_in_libc(address)) return _URC_NO_REASON;
    // A return address: one less lies in the line of the call.
    search->registers[REG_RIP] = (greg_t)(address - 1);
    search->registers[REG_RSP] = (greg_t)_Unwind_GetCFA(context);
    search->registers[REG_RBP] = (greg_t)_Unwind_GetGR(context, 6);
    return _URC_END_OF_STACK;
}

/// abort(3), memcpy(3) and the rest keep no frame pointer, which is all that the reporter follows: it is told of the
/// function that called them instead.
static void move_out_of_libc(greg_t *registers) {
    if (!is_in_libc((uintptr_t)registers[REG_RIP])) return;
    struct search search = {.registers = registers};
    _Unwind_Backtrace(look_at, &search);
}
#endif

/// Where the process cannot leave its root, the report comes without symbols.
static void leave_then_report(int number, siginfo_t *info, void *context) {
    int result = fchdir(outer_root);
    if (result == 0) result = chroot(".");
    (void)result;
#if defined(__x86_64__)
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    greg_t kept[] = {registers[REG_RIP], registers[REG_RSP], registers[REG_RBP]};
    move_out_of_libc(registers);
#endif
    for (size_t i = 0; i < crash_count; i++)
        if (crashes[i] == number) reporters[i].sa_sigaction(number, info, context);
#if defined(__x86_64__)
    registers[REG_RIP] = kept[0];
    registers[REG_RSP] = kept[1];
    registers[REG_RBP] = kept[2];
#endif
}

int clinux_report_crashes_from(int root) {
    int watched = 0;
    Dl_info libc;
    if (dladdr((const void *)abort, &libc) != 0) libc_start = libc.dli_fbase;
    outer_root = root;
    for (size_t i = 0; i < crash_count; i++) {
        if (sigaction(crashes[i], NULL, &reporters[i]) != 0) return -errno;
        if (!(reporters[i].sa_flags & SA_SIGINFO)) continue;
        struct sigaction action = reporters[i];
        action.sa_sigaction = leave_then_report;
        if (sigaction(crashes[i], &action, NULL) != 0) return -errno;
        watched++;
    }
    return watched;
}
