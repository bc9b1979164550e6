// SPDX-License-Identifier: Apache-2.0
#include "clinux_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int clinux_bind_abstract(const char *name, int listens) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    if (length == 0 || length + 1 > sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path + 1, name, length);
    int type = (listens ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC;
    int descriptor = socket(AF_UNIX, type, 0);
    if (descriptor < 0) return -errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    if (bind(descriptor, (struct sockaddr *)&address, size) < 0
        || (listens && listen(descriptor, 4) < 0)) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int clinux_accept(int listener, uid_t *peer) {
    int connection;
    do {
        connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    } while (connection < 0 && errno == EINTR);
    if (connection < 0) return -errno;
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) {
        int error = errno;
        close(connection);
        return -error;
    }
    *peer = credentials.uid;
    return connection;
}

int clinux_send_descriptors(int connection, const int *descriptors, size_t count) {
    enum { most = 16 };
    if (count > most) return -EINVAL;
    char byte = 0;
    struct iovec data = {&byte, 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * most)];
    } control = {0};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control};
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
    ssize_t sent;
    do {
        sent = sendmsg(connection, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int clinux_socket_pair(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ? -errno : 0;
}

ssize_t clinux_send(int connection, const void *bytes, size_t count) {
    ssize_t sent;
    do {
        sent = send(connection, bytes, count, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

// A handler can reach nothing but globals. The pipe stays open: a handler may still run in another thread while
// the signals are given back.
static int signal_pipe[2] = {-1, -1};
static int is_watching;
static sigset_t watched;
static struct sigaction former[65];

static void forward(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t ignored = write(signal_pipe[1], &byte, 1);
    (void)ignored;
    errno = saved;
}

int clinux_watch_signals(const int *signals, size_t count) {
    if (is_watching) return -EBUSY;
    if (signal_pipe[0] < 0 && pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0) return -errno;
    char old[64];
    while (read(signal_pipe[0], old, sizeof old) > 0) {}
    is_watching = 1;
    sigemptyset(&watched);
    struct sigaction action = {.sa_handler = forward, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < count; i++) {
        struct sigaction *before = &former[signals[i]];
        if (sigaction(signals[i], NULL, before) < 0) goto failed;
        // nohup and a shell's background jobs ignore signals on purpose.
        if (before->sa_handler == SIG_IGN) continue;
        if (sigaction(signals[i], &action, NULL) < 0) goto failed;
        sigaddset(&watched, signals[i]);
    }
    return signal_pipe[0];
failed:;
    int error = -errno;
    clinux_unwatch_signals();
    return error;
}

void clinux_unwatch_signals(void) {
    for (int number = 1; number < 65; number++)
        if (sigismember(&watched, number) == 1) sigaction(number, &former[number], NULL);
    sigemptyset(&watched);
    is_watching = 0;
}
