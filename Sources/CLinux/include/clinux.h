// SPDX-License-Identifier: Apache-2.0
//
// The system calls that Swift cannot import: variadic ones, ones without a libc wrapper, and everything that has
// to happen between fork and exec. Every function returns a value >= 0, or a negative errno value.
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// What clinux_spawn starts, and how. Steps happen in the order of the fields.
struct clinux_spawn {
    /// A path, or a name that is looked up in the PATH of `environment` (after the change of root).
    const char *program;
    /// argv and environment of the new program; each ends with NULL.
    char *const *arguments;
    char *const *environment;
    /// Child descriptor i is a copy of descriptors[i]; -1 opens /dev/null. All others are closed.
    const int *descriptors;
    size_t descriptor_count;
    /// Non-zero: the child leads a session, and so a process group, of its own.
    int new_session;
    /// Non-zero, with a new session: descriptor 0 is a terminal and becomes the session's, TIOCSCTTY.
    int takes_terminal;
    /// The new root folder, or NULL.
    const char *root;
    /// The working directory, below `root`, or NULL (then "/" with a root, else the caller's).
    const char *directory;
    /// Non-zero: run as `uid`, `gid` and `groups`.
    int set_ids;
    uid_t uid;
    gid_t gid;
    const gid_t *groups;
    size_t group_count;
    /// The signal that the child gets when the calling thread ends, or 0.
    int death_signal;
};

/// The step of clinux_spawn that failed.
enum clinux_spawn_step {
    CLINUX_SPAWN_FORK = 0,
    CLINUX_SPAWN_SESSION = 1,
    CLINUX_SPAWN_ROOT = 2,
    CLINUX_SPAWN_DIRECTORY = 3,
    CLINUX_SPAWN_IDS = 4,
    CLINUX_SPAWN_DESCRIPTORS = 5,
    CLINUX_SPAWN_EXEC = 6,
};

/// Starts a program and returns its process id once exec has succeeded; fork(2) to execve(2), all in C.
/// On failure returns -errno and stores the step that failed.
pid_t clinux_spawn(const struct clinux_spawn *request, int *failed_step);

/// pidfd_open(2): a close-on-exec descriptor that is readable once the process has ended.
int clinux_pidfd_open(pid_t pid);

/// waitpid(2) without WNOHANG, repeated on EINTR. Stores the exit status, or -1, and the ending signal, or 0.
int clinux_wait(pid_t pid, int *exit_status, int *signal_number);

/// openat2(2) with RESOLVE_IN_ROOT: `path` is resolved as if `directory` were "/".
int clinux_open_in_root(int directory, const char *path, int flags, mode_t mode);

/// open(2), close-on-exec, with the rights of another user, which root can take on for the moment; any other process
/// opens it with its own. What is opened for reading only must be a regular file: another type is -EINVAL. For a
/// process with one thread.
int clinux_open_as(uid_t uid, gid_t gid, const gid_t *groups, size_t group_count, const char *path, int flags,
                   mode_t mode);

/// chroot(2) to the folder behind a descriptor, which becomes the working directory too.
int clinux_enter_root(int directory);

/// setvbuf(3): what this process prints leaves it line by line, into a pipe too.
void clinux_print_by_lines(void);

/// prctl(2) PR_SET_CHILD_SUBREAPER / PR_SET_DUMPABLE / PR_SET_NAME style calls with one argument.
int clinux_prctl(int option, unsigned long argument);

/// posix_openpt(3): a new pseudo-terminal, close-on-exec. Returns the controlling side and stores the program's.
int clinux_open_terminal(int *program);

/// memfd_create(2): a close-on-exec file that lives in memory only.
int clinux_memfd_create(const char *name);

/// Attaches `size` bytes of `file` from `offset` (0: to its end) to a free loop device and returns a close-on-exec
/// descriptor of it. LO_FLAGS_AUTOCLEAR: the kernel detaches the device once the last descriptor and mount are gone,
/// however their owner ended. `block_size` 0 is the kernel's default, 512. Stores N of /dev/loopN.
int clinux_loop_attach(int file, uint64_t offset, uint64_t size, uint32_t block_size, int *number);

#endif
