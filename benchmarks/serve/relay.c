// relay: the least that stands between a client and a runtime, as the floor for everything that does more: it hands each
// event on and each answer back, by one poll loop, and checks nothing. Usage: relay PORT BOOTSTRAP
#include "message.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENT, RUNTIME };

static struct side {
    int listener, fd;
    size_t have;
    char bytes[(8 << 20) + 1];
} sides[2];

static char out[(8 << 20) + 1024];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int listen_on(unsigned short *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 16) != 0) fail("listen");
    getsockname(fd, (struct sockaddr *)&address, &size);
    *port = ntohs(address.sin_port);
    return fd;
}

static void send_to(int side, int head, const char *body, size_t length) {
    memcpy(out + head, body, length);
    const char *bytes = out;
    size_t count = (size_t)head + length;
    while (count > 0) {
        ssize_t sent = send(sides[side].fd, bytes, count, MSG_NOSIGNAL);
        if (sent < 0) return;
        bytes += sent;
        count -= (size_t)sent;
    }
}

// Whether a whole message is there: the length of its body. One without a length has none.
static long complete(struct side *side, char **body) {
    char *end = strstr(side->bytes, "\r\n\r\n");
    if (end == NULL) return -1;
    if (strcasestr(side->bytes, "\r\ncontent-length:") == NULL) {
        *body = end + 4;
        return 0;
    }
    return message_length(side->bytes, side->have, body);
}

static int event_waits, runtime_waits;

static void pass_event(void) {
    char *body;
    if (!event_waits || !runtime_waits) return;
    long length = complete(&sides[CLIENT], &body);
    int head = snprintf(out, 1024,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                        "Lambda-Runtime-Aws-Request-Id: 11111111-1111-4111-8111-111111111111\r\nContent-Length: %ld\r\n\r\n",
                        length);
    send_to(RUNTIME, head, body, (size_t)length);
    event_waits = runtime_waits = 0;
    sides[CLIENT].have = 0;
}

static void take(int which) {
    struct side *side = &sides[which];
    ssize_t count = recv(side->fd, side->bytes + side->have, sizeof side->bytes - 1 - side->have, 0);
    if (count <= 0) {
        if (which == RUNTIME) exit(0);
        close(side->fd);
        side->fd = -1;
        side->have = 0;
        return;
    }
    side->have += (size_t)count;
    side->bytes[side->have] = 0;
    char *body;
    long length = complete(side, &body);
    if (length < 0) return;
    if (which == CLIENT) {
        event_waits = 1;
    } else if (side->bytes[0] == 'G') {
        runtime_waits = 1;
        side->have = 0;
    } else {
        int head = snprintf(out, 1024, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %ld\r\n\r\n", length);
        send_to(CLIENT, head, body, (size_t)length);
        head = snprintf(out, 1024, "HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n");
        send_to(RUNTIME, head, "", 0);
        side->have = 0;
    }
    pass_event();
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    unsigned short port = (unsigned short)atoi(arguments[1]), api = 0;
    sides[CLIENT].listener = listen_on(&port);
    sides[RUNTIME].listener = listen_on(&api);
    sides[CLIENT].fd = sides[RUNTIME].fd = -1;
    if (fork() == 0) {
        char place[32];
        snprintf(place, sizeof place, "127.0.0.1:%d", api);
        setenv("AWS_LAMBDA_RUNTIME_API", place, 1);
        execl(arguments[2], arguments[2], (char *)NULL);
        fail("exec");
    }
    for (;;) {
        struct pollfd entries[4];
        for (int i = 0; i < 2; i++) {
            entries[i] = (struct pollfd){sides[i].fd < 0 ? sides[i].listener : -1, POLLIN, 0};
            entries[i + 2] = (struct pollfd){sides[i].fd, POLLIN, 0};
        }
        if (poll(entries, 4, -1) < 0) fail("poll");
        for (int i = 0; i < 2; i++) {
            if (entries[i].revents) {
                int yes = 1;
                sides[i].fd = accept4(sides[i].listener, NULL, NULL, SOCK_CLOEXEC);
                setsockopt(sides[i].fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            }
            if (entries[i + 2].revents) take(i);
        }
    }
}
