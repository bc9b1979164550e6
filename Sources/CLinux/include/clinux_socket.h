// SPDX-License-Identifier: Apache-2.0
//
// Unix sockets with abstract names, which leave nothing on disk, and the signals that a program reads as bytes.
// Every function returns a value >= 0, or a negative errno value.
#ifndef CLINUX_SOCKET_H
#define CLINUX_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A socket bound to the abstract name; close-on-exec. EADDRINUSE when another process holds the name.
/// `listens`: a stream socket that listens; else a datagram socket that only holds the name.
int clinux_bind_abstract(const char *name, int listens);

/// Accepts a connection and stores the user id of the process that connected.
int clinux_accept(int listener, uid_t *peer);

/// Sends one byte that carries the descriptors (at most 16).
int clinux_send_descriptors(int connection, const int *descriptors, size_t count);

/// A pair of connected stream sockets, both close-on-exec.
int clinux_socket_pair(int ends[2]);

/// send(2) with MSG_NOSIGNAL; returns the number of bytes sent.
ssize_t clinux_send(int connection, const void *bytes, size_t count);

/// From now on each of the signals puts one byte, its number, into a pipe; returns the pipe's read end, which stays
/// this function's. A signal that is ignored stays so. One set at a time: EBUSY when another is watched.
int clinux_watch_signals(const int *signals, size_t count);

/// Gives the signals their former actions.
void clinux_unwatch_signals(void);

#endif
