// client: calls an emulator and prints what it measured as one line of JSON.
//
//   client PORT PATH CONNECTIONS REQUESTS SIZE
//
// Each connection is kept alive and has one request in progress; one thread serves them all. Every answer must be status
// 200 and the event itself, or it counts as wrong.
#include "message.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
    int fd;
    double began;
    size_t have;
    char *in;
};

static struct sockaddr_in address = {.sin_family = AF_INET};
static char *request, *event;
static size_t request_size, event_size, room;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void begin(struct connection *c) {
    if (c->fd < 0) {
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0) {
            perror("connect");
            exit(1);
        }
        int yes = 1;
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    c->have = 0;
    c->began = now();
    size_t sent = 0;
    while (sent < request_size) {
        ssize_t count = send(c->fd, request + sent, request_size - sent, MSG_NOSIGNAL);
        if (count < 0) {
            perror("send");
            exit(1);
        }
        sent += (size_t)count;
    }
}

// 1 when the answer is complete and right, -1 when it is wrong, 0 when more must come.
static int proceed(struct connection *c) {
    ssize_t count = recv(c->fd, c->in + c->have, room - c->have, 0);
    if (count <= 0) {
        close(c->fd);
        c->fd = -1;
        return -1;
    }
    c->have += (size_t)count;
    c->in[c->have] = 0;
    char *body = NULL;
    long length = message_length(c->in, c->have, &body);
    if (length < 0) return 0;
    int right = strncmp(c->in + 8, " 200", 4) == 0 && (size_t)length == event_size && memcmp(body, event, length) == 0;
    return right ? 1 : -1;
}

static int ascending(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(int count, char **words) {
    if (count != 6) return 64;
    address.sin_port = htons((unsigned short)atoi(words[1]));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    int connections = atoi(words[3]), requests = atoi(words[4]);
    event_size = strtoul(words[5], NULL, 10);
    if (connections < 1 || requests < 1 || event_size < 2) return 64;
    event = malloc(event_size);
    memset(event, 'x', event_size);
    event[0] = event[event_size - 1] = '"';
    request = malloc(event_size + 1024);
    int head = snprintf(request, 1024, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n", words[2],
                        event_size);
    memcpy(request + head, event, event_size);
    request_size = (size_t)head + event_size;
    room = event_size + 65536;

    struct connection *all = calloc((size_t)connections, sizeof *all);
    struct pollfd *waits = calloc((size_t)connections, sizeof *waits);
    double *times = calloc((size_t)requests, sizeof *times);
    int begun = 0, done = 0, wrong = 0, active = 0;
    double start = now();
    for (int i = 0; i < connections; i++) {
        all[i].fd = -1;
        all[i].in = malloc(room + 1);
        if (begun < requests) {
            begin(&all[i]);
            begun++;
            active++;
        }
    }
    while (active > 0) {
        for (int i = 0; i < connections; i++) waits[i] = (struct pollfd){.fd = all[i].fd, .events = POLLIN};
        if (poll(waits, (nfds_t)connections, 30000) <= 0) {
            fprintf(stderr, "no answer within 30 s\n");
            return 1;
        }
        for (int i = 0; i < connections; i++) {
            if (waits[i].fd < 0 || waits[i].revents == 0) continue;
            int result = proceed(&all[i]);
            if (result == 0) continue;
            times[done++] = now() - all[i].began;
            if (result < 0) wrong++;
            active--;
            if (begun < requests) {
                begin(&all[i]);
                begun++;
                active++;
            } else if (all[i].fd >= 0) {
                close(all[i].fd);
                all[i].fd = -1;
            }
        }
    }
    double seconds = (now() - start) / 1e6;
    qsort(times, (size_t)done, sizeof *times, ascending);
    printf("{\"p50\":%.1f,\"p99\":%.1f,\"perSecond\":%.1f,\"requests\":%d,\"wrong\":%d}\n", times[done / 2],
           times[(size_t)done * 99 / 100], done / seconds, done, wrong);
    return wrong > 0;
}
