// SPDX-License-Identifier: Apache-2.0
//
// dibhost-init --control NAME [--no-network] -- PROGRAM ARGUMENT...
//
// Stands between the supervisor, which runs as the user, and the builder, which needs root:
//
//     dibhost (user) --[sudo -n]--> dibhost-init --fork--> PID 1 of new namespaces --fork--> PROGRAM (the builder)
//          |                                                  |                                 |
//          +------------- lifetime pipe ----------------------+                                 |
//          +------------- events socket --------------------------------------------------------+
//
// sudo closes every descriptor but 0 to 2, so the rest comes over an abstract socket. PID 1 ends when the builder
// ends or when the supervisor's end of the lifetime pipe closes, for whatever reason; the kernel then kills every
// process of the pid namespace and undoes every mount. With --no-network all of them see a network without any
// interface that is up. PR_SET_PDEATHSIG would not do: it follows the thread that
// started the child, and sudo clears it.
#include "init.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn void fail(const char *what) {
    fprintf(stderr, "dibhost-init: cannot %s: %s\n", what, strerror(errno));
    _exit(INIT_FAILED);
}

static int exit_status_of(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Waits for PID 1 and ends as it did. SIGTERM and SIGHUP end PID 1; Ctrl-C, which sudo may forward, is the
// supervisor's business alone.
static _Noreturn void wait_for_pid_1(pid_t child, const sigset_t *signals) {
    for (;;) {
        int number = sigwaitinfo(signals, NULL);
        if (number == SIGTERM || number == SIGHUP) kill(child, SIGKILL);
        int status;
        if (waitpid(child, &status, WNOHANG) == child) _exit(exit_status_of(status));
    }
}

int main(int argc, char **argv) {
    int no_network = argc > 3 && strcmp(argv[3], "--no-network") == 0;
    int separator = 3 + no_network;
    if (argc < separator + 2 || strcmp(argv[1], "--control") != 0 || strcmp(argv[separator], "--") != 0) {
        fprintf(stderr, "usage: dibhost-init --control NAME [--no-network] -- PROGRAM [ARGUMENT ...]\n");
        return 2;
    }
    if (geteuid() != 0) {
        errno = EPERM;
        fail("make namespaces without root");
    }
    struct handover handover = receive_handover(argv[2]);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0) fail("block signals");
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    // Only the children enter the pid namespace; this process stays outside and sees how PID 1 ends.
    if (unshare(CLONE_NEWPID) < 0) fail("make a process namespace");
    pid_t child = fork();
    if (child < 0) fail("start PID 1");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run_as_pid_1(&handover, argv + separator + 1, no_network);
    }
    // Were the events socket held here, the supervisor would not see the builder's end of it close.
    int received[] = {handover.input,    handover.output, handover.error,
                      handover.lifetime, handover.events, handover.consent};
    for (int i = 0; i < HANDOVER_COUNT; i++) close(received[i]);
    wait_for_pid_1(child, &signals);
}
