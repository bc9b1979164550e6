// SPDX-License-Identifier: Apache-2.0
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Between fork and exec only async-signal-safe calls are allowed: other threads of the parent may have held
// any lock. That is why this is C, and why nothing below allocates.

struct report {
    int error;
    int step;
};

static void give_up(int pipe_end, int step, int error) {
    struct report report = {error, step};
    ssize_t ignored = write(pipe_end, &report, sizeof report);
    (void)ignored;
    _exit(127);
}

// Signals that the parent catches or ignores must not be inherited: a program expects the defaults.
static void reset_signals(void) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int number = 1; number < 65; number++) sigaction(number, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// Moves every wanted descriptor out of the way of its target first, so that no dup2 overwrites a source.
static int place_descriptors(const struct clinux_spawn *request, int *report_end) {
    int count = (int)request->descriptor_count;
    int floor = count + 1;
    int moved = fcntl(*report_end, F_DUPFD_CLOEXEC, floor);
    if (moved < 0) return errno;
    *report_end = moved;
    int sources[64];
    if (count > 64) return EMFILE;
    for (int i = 0; i < count; i++) {
        int source = request->descriptors[i];
        sources[i] = source < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : source;
        if (sources[i] < 0) return errno;
        sources[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, floor);
        if (sources[i] < 0) return errno;
    }
    for (int i = 0; i < count; i++)
        if (dup2(sources[i], i) < 0) return errno;
    if (syscall(SYS_close_range, count, ~0U, CLOSE_RANGE_CLOEXEC) < 0) return errno;
    return 0;
}

static const char *path_of(char *const *environment) {
    for (; *environment; environment++)
        if (strncmp(*environment, "PATH=", 5) == 0) return *environment + 5;
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

// execve that waits up to a second for the last writer of the file. A script that this process wrote and closed is
// still open for writing in each child that another thread forked meanwhile, until that child's own execve.
static void execute_file(const char *path, const struct clinux_spawn *request) {
    for (int wait = 0; wait < 100; wait++) {
        execve(path, request->arguments, request->environment);
        if (errno != ETXTBSY) return;
        poll(NULL, 0, 10);
        errno = ETXTBSY;
    }
}

// execve with a search in the new environment's PATH; returns the errno that tells most.
static int execute(const struct clinux_spawn *request) {
    if (strchr(request->program, '/')) {
        execute_file(request->program, request);
        return errno;
    }
    int error = ENOENT;
    const char *path = path_of(request->environment);
    for (;;) {
        const char *end = strchrnul(path, ':');
        char candidate[PATH_MAX];
        size_t length = (size_t)(end - path);
        size_t name = strlen(request->program);
        if (length > 0 && length + name + 2 <= sizeof candidate) {
            memcpy(candidate, path, length);
            candidate[length] = '/';
            memcpy(candidate + length + 1, request->program, name + 1);
            execute_file(candidate, request);
            if (errno != ENOENT && errno != ENOTDIR) error = errno;
        }
        if (*end == 0) return error;
        path = end + 1;
    }
}

static void run_child(const struct clinux_spawn *request, int report_end) {
    reset_signals();
    int error = place_descriptors(request, &report_end);
    if (error) give_up(report_end, CLINUX_SPAWN_DESCRIPTORS, error);
    if (request->new_session && setsid() < 0) give_up(report_end, CLINUX_SPAWN_SESSION, errno);
    if (request->takes_terminal && ioctl(0, TIOCSCTTY, 0) < 0) give_up(report_end, CLINUX_SPAWN_SESSION, errno);
    if (request->root && (chroot(request->root) < 0 || chdir("/") < 0))
        give_up(report_end, CLINUX_SPAWN_ROOT, errno);
    if (request->directory && chdir(request->directory) < 0)
        give_up(report_end, CLINUX_SPAWN_DIRECTORY, errno);
    if (request->set_ids
        && (setgroups(request->group_count, request->groups) < 0 || setresgid(request->gid, request->gid, request->gid) < 0
            || setresuid(request->uid, request->uid, request->uid) < 0))
        give_up(report_end, CLINUX_SPAWN_IDS, errno);
    if (request->death_signal) prctl(PR_SET_PDEATHSIG, request->death_signal);
    give_up(report_end, CLINUX_SPAWN_EXEC, execute(request));
}

pid_t clinux_spawn(const struct clinux_spawn *request, int *failed_step) {
    int ends[2];
    *failed_step = CLINUX_SPAWN_FORK;
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    sigset_t all, before;
    sigfillset(&all);
    // No handler of the parent may run in the child before its signals are reset.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    int fork_error = errno;
    if (child == 0) {
        close(ends[0]);
        run_child(request, ends[1]);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return -fork_error;
    }
    struct report report;
    ssize_t count;
    do {
        count = read(ends[0], &report, sizeof report);
    } while (count < 0 && errno == EINTR);
    close(ends[0]);
    if (count == 0) return child;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    *failed_step = count == (ssize_t)sizeof report ? report.step : CLINUX_SPAWN_FORK;
    return count == (ssize_t)sizeof report ? -report.error : -EIO;
}

int clinux_pidfd_open(pid_t pid) {
    int descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_wait(pid_t pid, int *exit_status, int *signal_number) {
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -errno;
    *exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    *signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return 0;
}
