// SPDX-License-Identifier: Apache-2.0
#ifndef DIBHOST_INIT_H
#define DIBHOST_INIT_H

/// The exit status for a failure of this program itself; its standard error says which.
#define INIT_FAILED 125

/// What the supervisor hands over, in the order of the descriptors in its message.
struct handover {
    int input;
    int output;
    int error;
    /// The read end of the lifetime pipe: its end of file says that the supervisor is gone.
    int lifetime;
    /// The builder's end of the socket for the plan and the events.
    int events;
    /// The read end of the pipe that lets outputs get their final names.
    int consent;
};
#define HANDOVER_COUNT 6

/// Ends the program with INIT_FAILED and "dibhost-init: cannot <what>: <errno text>".
_Noreturn void fail(const char *what);

/// Connects to the supervisor's abstract socket, checks who listens there and receives the descriptors.
struct handover receive_handover(const char *name);

/// The whole life of PID 1: private mounts, a fresh /proc, the builder as its only child; never returns. `no_network`: nothing of
/// the host's network is seen.
_Noreturn void run_as_pid_1(const struct handover *handover, char *const *command, int no_network);

/// dup2 that also works when both are the same descriptor: the copy survives exec.
void place(int descriptor, int target);

#endif
