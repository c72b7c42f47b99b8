// floor: the least a runtime of this kind has to do, in C. Nothing below it is left to save without doing less: one
// kept-alive socket, and per invocation GET next, posix_spawn with three pipes, poll, waitpid, POST response.
//
//   floor COMMAND [ARG...]             a process per event
//   floor --worker COMMAND [ARG...]    one process for all events, which answers each line with a line
//
// It is a measure, no product: an event comes with Content-Length, a child that fails ends it, it knows no deadline and
// sets no environment per invocation. It is not tuned either (pipes of the default size, no splice), so that a ratio to
// it says what a runtime adds to the work itself.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// A buffer that grows and is kept for the next invocation.
struct bytes {
    char *data;
    size_t length, capacity;
};

static void die(const char *what) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void reserve(struct bytes *bytes, size_t capacity) {
    if (capacity <= bytes->capacity) return;
    while (bytes->capacity < capacity) bytes->capacity = bytes->capacity ? bytes->capacity * 2 : 65536;
    bytes->data = realloc(bytes->data, bytes->capacity);
    if (!bytes->data) die("realloc");
}

static int connect_to_api(void) {
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    char host[64];
    int port;
    if (!api || sscanf(api, "%63[^:]:%d", host, &port) != 2) die("AWS_LAMBDA_RUNTIME_API");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) die("AWS_LAMBDA_RUNTIME_API");
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1 || connect(fd, (struct sockaddr *)&address, sizeof address) == -1) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    return fd;
}

static void send_all(int fd, const char *head, size_t head_length, const char *body, size_t length) {
    struct iovec parts[2] = {{(void *)head, head_length}, {(void *)body, length}};
    while (parts[0].iov_len + parts[1].iov_len) {
        ssize_t n = writev(fd, parts, 2);
        if (n == -1) die("write to the Runtime API");
        for (int i = 0; i < 2; i++) {
            size_t used = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;
            parts[i].iov_base = (char *)parts[i].iov_base + used;
            parts[i].iov_len -= used;
            n -= (ssize_t)used;
        }
    }
}

// Reads one answer: its head to `head`, ended by a zero, and its body to `body`.
static void read_answer(int fd, char *head, size_t head_size, struct bytes *body) {
    size_t have = 0;
    char *end = NULL;
    while (!end) {
        ssize_t n = read(fd, head + have, head_size - 1 - have);
        if (n <= 0) exit(0); // the Runtime API is gone, or its head is absurd
        have += (size_t)n;
        head[have] = 0;
        end = strstr(head, "\r\n\r\n");
    }
    char *length = strcasestr(head, "\r\nContent-Length:");
    body->length = length ? strtoul(length + 17, NULL, 10) : 0;
    reserve(body, body->length);
    size_t got = (size_t)(head + have - (end + 4));
    memcpy(body->data, end + 4, got);
    end[2] = 0;
    while (got < body->length) {
        ssize_t n = read(fd, body->data + got, body->length - got);
        if (n <= 0) die("read from the Runtime API");
        got += (size_t)n;
    }
}

static void forward_to_stderr(const char *data, ssize_t length) {
    while (length > 0) {
        ssize_t n = write(STDERR_FILENO, data, (size_t)length);
        if (n <= 0) return; // nobody reads the log
        data += n;
        length -= n;
    }
}

static void run_child(char **command, const struct bytes *event, struct bytes *output) {
    int in[2], out[2], err[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) die("pipe2");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    pid_t pid;
    errno = posix_spawn(&pid, command[0], &actions, NULL, command, environ);
    if (errno) die("posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    // All three in one loop: writing the whole event first would stop at a full pipe on both sides.
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    struct pollfd polled[3] = {{in[1], POLLOUT, 0}, {out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
    size_t written = 0;
    output->length = 0;
    while (polled[1].fd != -1 || polled[2].fd != -1) {
        if (poll(polled, 3, -1) == -1) die("poll");
        if (polled[0].revents) {
            ssize_t n = write(in[1], event->data + written, event->length - written);
            if (n > 0) written += (size_t)n;
            // EPIPE: the child does not want the rest, which is not an error.
            if (written == event->length || (n == -1 && errno != EAGAIN)) {
                close(in[1]);
                polled[0].fd = -1;
            }
        }
        if (polled[1].revents) {
            reserve(output, output->length + 65536);
            ssize_t n = read(out[0], output->data + output->length, output->capacity - output->length);
            if (n > 0) output->length += (size_t)n;
            else polled[1].fd = -1;
        }
        if (polled[2].revents) {
            char log[4096];
            ssize_t n = read(err[0], log, sizeof log);
            if (n > 0) forward_to_stderr(log, n);
            else polled[2].fd = -1;
        }
    }
    if (polled[0].fd != -1) close(in[1]);
    close(out[0]);
    close(err[0]);
    int status;
    if (waitpid(pid, &status, 0) == -1) die("waitpid");
    if (status != 0) {
        errno = 0;
        die("the child failed");
    }
}

static int worker_in, worker_out;

static void start_worker(char **command) {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) die("pipe2");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    pid_t pid;
    errno = posix_spawn(&pid, command[0], &actions, NULL, command, environ);
    if (errno) die("posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    worker_in = in[1];
    worker_out = out[0];
}

// The event, which has a line end after it by now, to the worker, and one line from it.
static void ask_worker(const struct bytes *event, struct bytes *output) {
    struct pollfd polled[2] = {{worker_in, POLLOUT, 0}, {worker_out, POLLIN, 0}};
    size_t written = 0;
    output->length = 0;
    for (;;) {
        if (written < event->length) {
            ssize_t n = write(worker_in, event->data + written, event->length - written);
            if (n > 0) written += (size_t)n;
            else if (errno != EAGAIN) die("write to the worker");
        }
        polled[0].fd = written < event->length ? worker_in : -1;
        if (poll(polled, 2, -1) == -1) die("poll");
        if (!polled[1].revents) continue;
        reserve(output, output->length + 65536);
        ssize_t n = read(worker_out, output->data + output->length, output->capacity - output->length);
        if (n <= 0) die("read from the worker");
        output->length += (size_t)n;
        if (output->data[output->length - 1] == '\n') break;
    }
    output->length--;
}

int main(int argc, char **argv) {
    int worker = argc > 1 && strcmp(argv[1], "--worker") == 0;
    if (argc < 2 + worker) die("usage: floor [--worker] COMMAND [ARG...]");
    if (worker) start_worker(argv + 2);
    signal(SIGPIPE, SIG_IGN);
    static const char next[] = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n";
    struct bytes event = {0}, output = {0}, ignored = {0};
    char head[8192], id[64];
    int api = connect_to_api();
    for (;;) {
        send_all(api, next, sizeof next - 1, NULL, 0);
        read_answer(api, head, sizeof head, &event);
        char *header = strcasestr(head, "\r\nLambda-Runtime-Aws-Request-Id:");
        if (!header || sscanf(strchr(header, ':') + 1, " %63[^\r]", id) != 1) die("no request id");
        if (worker) {
            reserve(&event, event.length + 1);
            event.data[event.length++] = '\n';
            ask_worker(&event, &output);
        } else {
            run_child(argv + 1, &event, &output);
        }
        int length = snprintf(head, sizeof head,
            "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: runtime\r\nContent-Length: %zu\r\n\r\n",
            id, output.length);
        send_all(api, head, (size_t)length, output.data, output.length);
        read_answer(api, head, sizeof head, &ignored);
    }
}
