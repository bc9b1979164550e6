// SPDX-License-Identifier: Apache-2.0
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// Any local user can listen on an abstract name. What this program starts gets its plan from the other side, so
// that side must be root or the user who called sudo, whom sudo's own rules already trust.
static void check_peer(int connection) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) fail("identify the supervisor");
    if (peer.uid == geteuid()) return;
    const char *text = getenv("SUDO_UID");
    char *end = NULL;
    unsigned long caller = text ? strtoul(text, &end, 10) : 0;
    if (text && end != text && *end == 0 && peer.uid == caller) return;
    errno = EPERM;
    fail("trust the user who listens on the control socket");
}

static int connect_to(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    if (length == 0 || length + 1 > sizeof address.sun_path) {
        errno = EINVAL;
        fail("use the name of the control socket");
    }
    memcpy(address.sun_path + 1, name, length);
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0) fail("make a socket");
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    if (connect(connection, (struct sockaddr *)&address, size) < 0) fail("reach the supervisor");
    return connection;
}

struct handover receive_handover(const char *name) {
    int connection = connect_to(name);
    check_peer(connection);
    char byte;
    struct iovec data = {&byte, 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * HANDOVER_COUNT)];
    } control;
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t count;
    do {
        count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    if (count < 0) fail("receive the supervisor's descriptors");
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (count != 1 || !header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS
        || header->cmsg_len != CMSG_LEN(sizeof(int) * HANDOVER_COUNT)) {
        errno = EPROTO;
        fail("receive the supervisor's descriptors");
    }
    int received[HANDOVER_COUNT];
    memcpy(received, CMSG_DATA(header), sizeof received);
    close(connection);
    return (struct handover){received[0], received[1], received[2], received[3], received[4], received[5]};
}

void place(int descriptor, int target) {
    if (descriptor == target) {
        if (fcntl(descriptor, F_SETFD, 0) < 0) fail("pass on a descriptor");
    } else if (dup2(descriptor, target) < 0) {
        fail("pass on a descriptor");
    }
}
