// SPDX-License-Identifier: Apache-2.0
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// In a chroot whose root folder is no mount point the mount that holds it cannot be named, and so not be made a
// slave. A copy of the root folder can be. It is mounted where the host does not see it: inside /proc, once that is a
// slave; any folder of it will do.
static void make_root_a_mount_point(void) {
    static const char place[] = "/proc/fs";
    char *folder = getcwd(NULL, 0);
    if (mount(NULL, "/proc", NULL, MS_SLAVE, NULL) < 0) fail("keep /proc from the host; is it mounted?");
    if (mount("/", place, NULL, MS_BIND | MS_REC, NULL) < 0) fail("mount the root folder once more");
    if (chroot(place) < 0 || chdir("/") < 0) fail("enter the copy of the root folder");
    // Relative paths of the request lead from here.
    if (folder && chdir(folder) < 0) fail("enter the working folder");
    free(folder);
}

static void enter_namespaces(int no_network) {
    if (no_network && unshare(CLONE_NEWNET) < 0) fail("make a network namespace");
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) < 0) fail("make mount, ipc and uts namespaces");
    // Without this, every mount would appear on the host too. Slaves, not private ones: what the host unmounts
    // during a build goes away here as well, else this copy would keep the host's device busy.
    int result = mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
    if (result < 0 && errno == EINVAL) {
        make_root_a_mount_point();
        result = mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
    }
    if (result < 0) fail("keep the mounts from the host");
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0) fail("mount /proc");
}

// The builder's environment is the same with and without sudo; the user's own comes with the plan.
static char *const *builder_environment(void) {
    static char terminal[256];
    static char *environment[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "LC_ALL=C.UTF-8", NULL, NULL};
    const char *value = getenv("TERM");
    if (value && snprintf(terminal, sizeof terminal, "TERM=%s", value) < (int)sizeof terminal)
        environment[6] = terminal;
    return environment;
}

static _Noreturn void start_builder(const struct handover *handover, char *const *command) {
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // Ctrl-C at the terminal is for the supervisor only.
    if (setsid() < 0) fail("make a session");
    umask(022);
    // Moved out of the way first, so that no copy overwrites another's source.
    int sources[] = {handover->input, handover->output, handover->error, handover->events, handover->consent};
    for (int i = 0; i < 5; i++)
        if ((sources[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, 10)) < 0) fail("copy a descriptor");
    int messages = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    for (int i = 0; i < 5; i++) place(sources[i], i);
    if (syscall(SYS_close_range, 5, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */) < 0) fail("close descriptors");
    execve(command[0], command, builder_environment());
    int error = errno;
    dup2(messages, STDERR_FILENO);
    errno = error;
    fail("run the builder");
}

// Takes every ended child; orphans of hooks are children of PID 1 too. Ends with the builder's status.
static void reap(pid_t builder) {
    int status;
    pid_t child;
    while ((child = waitpid(-1, &status, WNOHANG)) > 0)
        if (child == builder) _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

_Noreturn void run_as_pid_1(const struct handover *handover, char *const *command, int no_network) {
    if (setsid() < 0) fail("make a session");
    enter_namespaces(no_network);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    int signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) fail("watch for ended children");
    pid_t builder = fork();
    if (builder < 0) fail("start the builder");
    if (builder == 0) start_builder(handover, command);
    int unneeded[] = {handover->input, handover->output, handover->error, handover->events, handover->consent};
    for (int i = 0; i < 5; i++) close(unneeded[i]);
    struct pollfd polled[] = {{handover->lifetime, POLLIN, 0}, {signals, POLLIN, 0}};
    for (;;) {
        reap(builder);
        if (poll(polled, 2, -1) < 0 && errno != EINTR) fail("wait for events");
        // Nothing is ever written to the lifetime pipe: any event means that the supervisor is gone.
        if (polled[0].revents) _exit(130);
        struct signalfd_siginfo info;
        while (read(signals, &info, sizeof info) > 0) {}
    }
}
