// runtime: a bootstrap that does nothing but answer: it sends each event back, after WORK_MS milliseconds if that is set.
// What is measured with it is the emulator around it.
#include "message.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[8 << 20];
static int fd;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void send_all(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent < 0) fail("send");
        bytes += sent;
        count -= (size_t)sent;
    }
}

// Reads one response to the buffer.
static char *receive(size_t *length) {
    size_t have = 0;
    char *body = NULL;
    long found = -1;
    while (found < 0) {
        ssize_t count = recv(fd, buffer + have, sizeof buffer - 1 - have, 0);
        if (count <= 0) exit(0);
        have += (size_t)count;
        buffer[have] = 0;
        found = message_length(buffer, have, &body);
    }
    *length = (size_t)found;
    return body;
}

int main(void) {
    char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    if (api == NULL) return 64;
    char *colon = strchr(api, ':');
    if (colon == NULL) return 64;
    *colon = 0;
    long work = getenv("WORK_MS") ? atol(getenv("WORK_MS")) : 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
    inet_pton(AF_INET, api, &address.sin_addr);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    static char out[(8 << 20) + 1024];
    for (;;) {
        static const char next[] = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n";
        send_all(next, sizeof next - 1);
        size_t length;
        char *body = receive(&length);
        char *field = strcasestr(buffer, "\r\nlambda-runtime-aws-request-id:");
        if (field == NULL) return 1;
        char id[64] = {0};
        sscanf(field + 32, " %63[^\r\n]", id);
        if (work > 0) {
            struct timespec pause = {work / 1000, work % 1000 * 1000000};
            nanosleep(&pause, NULL);
        }
        int head = snprintf(out, 1024,
                            "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: runtime\r\n"
                            "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                            id, length);
        memcpy(out + head, body, length);
        send_all(out, (size_t)head + length);
        receive(&length);
    }
}
