// load: a Runtime API server that starts runtimes, feeds them events in turn, checks every answer and prints what it
// measured as one line of JSON: {"NAME": {...}, ...}.
//
//   load [options] -- NAME RUNTIME [ARG...] [-- NAME RUNTIME [ARG...]]...
//     --cold N          start each runtime N times; measure exec to the first GET /next; send no event
//     --size BYTES      size of the event, valid JSON (default 100)
//     --invocations N   invocations to count, of each runtime (default 1000)
//     --block N         invocations before it is another runtime's turn (default 10)
//     --warmup N        invocations of each before counting starts (default 100)
//     --pause MS        leave each runtime alone so long before an event (default 0)
//     --seconds S       stop counting early after S seconds per runtime, warming up after S/4 (default: no such bound)
//     --window N        also report p50, memory and descriptors after every N counted invocations
//     --time-limit S    give up after S seconds, whatever happens (default 60)
//
// A runtime that begins with NAME=VALUE is started with that variable.
//
// The runtimes are all alive at once and take turns every few milliseconds: what else the machine does changes from
// second to second (by a third, seen on a shared one), and so it hits all of them alike. Only one ever has work; the
// others are blocked in their GET /next.
//
// One thread, one poll loop, blocking I/O inside a request. A runtime has one request in progress at a time: there is
// nothing to overlap, and a thread per connection would only add switches to what is measured.
// Exit status: 0 every event was answered rightly, 1 not so (the JSON says why), 64 wrong usage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNTIMES = 16, MAX_CONNECTIONS = 32, HEAD_LIMIT = 64 * 1024, MIN_COUNTED = 10, MIN_WARMUP = 3 };

// A runtime that needs longer for one request hangs.
static const uint64_t PATIENCE_NS = 15000000000u;

static const char API[] = "/2018-06-01/runtime/";

// --- state ----------------------------------------------------------------------------------------------------------

struct connection {
    int fd;
    size_t start, end; // what has been received and not yet used
    char buffer[HEAD_LIMIT];
};

enum kind { NEXT, RESPONSE, ERROR_REPORT, OTHER, CLOSED, BROKEN };

struct request {
    enum kind kind;
    struct connection *connection;
    char id[64];
    size_t length; // of the body, also of what did not fit
    bool chunked, close;
};

struct window {
    double p50_us;
    long rss_kb;
    int descriptors;
};

struct runtime {
    const char *name;
    char **command;
    pid_t pid; // 0: not running
    int pidfd, listener;
    char api[32]; // the value of AWS_LAMBDA_RUNTIME_API
    struct connection *connections[MAX_CONNECTIONS];
    int connection_count, connections_accepted;
    struct request next; // its GET /next that waits for an event, while it is not its turn
    char failure[1024];  // why it is out of the race; empty: it is not
    uint64_t *samples;   // latency of each counted invocation, ns
    long counted, warm, wrong, number;
    uint64_t busy; // ns of all its turns, without the time of checking its answers
    bool chunked;
    struct window *windows;
    size_t window_count;
    long hwm_kb, largest_process_kb; // the latter of the runtime and all its descendants that were waited for
};

static struct runtime runtimes[MAX_RUNTIMES];
static int runtime_count;
static struct runtime *current; // whose turn it is: failures are its own

// --- time, limits, failure ------------------------------------------------------------------------------------------

static uint64_t time_limit_at, patience_ends_at;
static volatile sig_atomic_t interrupted;

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// The first failure is the cause; what follows from it would only hide it.
__attribute__((format(printf, 1, 2))) static bool fail(const char *format, ...) {
    if (!current->failure[0]) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(current->failure, sizeof current->failure, format, arguments);
        va_end(arguments);
    }
    return false;
}

static void on_stop(int signal) { interrupted = signal; }

// Does nothing: it is there to end a blocking call with EINTR, after which the caller looks at the clock.
static void on_tick(int signal) { (void)signal; }

static bool may_go_on(void) {
    uint64_t now = now_ns();
    if (current->failure[0]) return false;
    if (interrupted) return fail("interrupted by signal %d", (int)interrupted);
    if (now > time_limit_at) return fail("time limit reached");
    if (now > patience_ends_at) return fail("no whole request in %d seconds", (int)(PATIENCE_NS / 1000000000u));
    return true;
}

// A timer that ticks for ever bounds every blocking call below: a single alarm could fire between the look at the
// clock and the call, and be lost.
static void start_clock(double limit_seconds) {
    time_limit_at = now_ns() + (uint64_t)(limit_seconds * 1e9);
    struct sigaction stop = {.sa_handler = on_stop}, tick = {.sa_handler = on_tick};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGALRM, &tick, NULL);
    struct itimerval every = {.it_interval = {.tv_usec = 250000}, .it_value = {.tv_usec = 250000}};
    setitimer(ITIMER_REAL, &every, NULL);
}

// --- the runtime process --------------------------------------------------------------------------------------------

static uint64_t *shared_exec_time;

static bool start_runtime(struct runtime *runtime) {
    *shared_exec_time = 0;
    setenv("AWS_LAMBDA_RUNTIME_API", runtime->api, 1);
    runtime->pidfd = -1;
    runtime->pid = fork();
    if (runtime->pid == -1) return fail("cannot fork: %s", strerror(errno));
    if (runtime->pid == 0) {
        // Its own group, so that it can be stopped with all it started; and stopped too if this program is killed.
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        // stdout is the JSON of this program: what a runtime prints goes where its errors go.
        int null = open("/dev/null", O_RDONLY);
        dup2(null, STDIN_FILENO);
        close(null);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        // Every runtime starts with the same descriptors: what a shell left open can make each spawn slower.
        syscall(SYS_close_range, 3, ~0u, 0);
        *shared_exec_time = now_ns();
        char **command = runtime->command;
        while (strchr(command[0], '=') && command[1]) putenv(*command++);
        execv(command[0], command);
        fprintf(stderr, "load: cannot run '%s': %s\n", command[0], strerror(errno));
        _exit(127);
    }
    setpgid(runtime->pid, runtime->pid);
    runtime->pidfd = (int)syscall(SYS_pidfd_open, runtime->pid, 0);
    if (runtime->pidfd == -1) return fail("cannot open a pidfd: %s", strerror(errno));
    return true;
}

static void kill_children_left(void) {
    DIR *proc = opendir("/proc");
    if (!proc) return;
    for (struct dirent *entry; (entry = readdir(proc));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        char path[300], stat[512];
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd == -1) continue;
        ssize_t n = read(fd, stat, sizeof stat - 1);
        close(fd);
        stat[n > 0 ? n : 0] = 0;
        // The name in parentheses may hold spaces and parentheses; the fields start after the last one.
        char *fields = strrchr(stat, ')');
        int parent = 0;
        if (fields && sscanf(fields + 1, " %*c %d", &parent) == 1 && parent == getpid()) {
            kill(atoi(entry->d_name), SIGKILL);
        }
    }
    closedir(proc);
}

static void stop_runtime(struct runtime *runtime) {
    if (runtime->pid <= 0) return;
    kill(-runtime->pid, SIGKILL);
    kill(runtime->pid, SIGKILL);
    struct rusage usage = {0};
    while (wait4(runtime->pid, NULL, 0, &usage) == -1 && errno == EINTR) {}
    runtime->largest_process_kb = usage.ru_maxrss;
    if (runtime->pidfd != -1) close(runtime->pidfd);
    runtime->pid = 0;
}

// After all runtimes were stopped. As the subreaper, this program inherits orphans, also those in groups of their own,
// so "no children left" means that nothing is left behind.
static void stop_orphans(void) {
    for (uint64_t give_up = now_ns() + 2000000000u; now_ns() < give_up;) {
        pid_t reaped = waitpid(-1, NULL, WNOHANG);
        if (reaped == -1 && errno == ECHILD) return;
        if (reaped == 0) {
            kill_children_left();
            usleep(1000);
        }
    }
}

static long status_kb(pid_t pid, const char *key) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    long value = 0;
    size_t length = strlen(key);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, key, length) == 0 && line[length] == ':') value = atol(line + length + 1);
    }
    fclose(file);
    return value;
}

static int descriptor_count(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    if (!directory) return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory));) count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

// --- connections and HTTP -------------------------------------------------------------------------------------------

static void close_connection(struct runtime *runtime, int index) {
    close(runtime->connections[index]->fd);
    free(runtime->connections[index]);
    runtime->connections[index] = runtime->connections[--runtime->connection_count];
}

static void close_all_connections(struct runtime *runtime) {
    while (runtime->connection_count) close_connection(runtime, 0);
}

static bool listen_on_any_port(struct runtime *runtime) {
    runtime->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (runtime->listener == -1 || bind(runtime->listener, (struct sockaddr *)&address, sizeof address) == -1
        || listen(runtime->listener, 16) == -1
        || getsockname(runtime->listener, (struct sockaddr *)&address, &length) == -1) {
        return fail("cannot listen: %s", strerror(errno));
    }
    snprintf(runtime->api, sizeof runtime->api, "127.0.0.1:%d", ntohs(address.sin_port));
    return true;
}

static bool accept_connection(struct runtime *runtime) {
    int fd = accept4(runtime->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd == -1) return true; // gone again before it was taken
    if (runtime->connection_count == MAX_CONNECTIONS) {
        close(fd);
        return fail("more than %d connections", MAX_CONNECTIONS);
    }
    // Without it the last part of an answer can wait for an acknowledgement, and that wait would be measured.
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct connection *connection = malloc(sizeof *connection);
    if (!connection) abort();
    connection->fd = fd;
    connection->start = connection->end = 0;
    runtime->connections[runtime->connection_count++] = connection;
    runtime->connections_accepted++;
    return true;
}

static ssize_t receive(struct connection *connection, void *into, size_t size) {
    for (;;) {
        ssize_t n = recv(connection->fd, into, size, 0);
        if (n >= 0 || errno != EINTR) return n;
        if (!may_go_on()) return -1;
    }
}

// Bytes beyond `capacity` are read and dropped: an answer that is too long is wrong, not fatal.
static bool read_body(struct connection *connection, size_t size, char *into, size_t capacity, size_t *length) {
    char dropped[4096];
    while (size) {
        size_t room = *length < capacity ? capacity - *length : 0;
        char *target = room ? into + *length : dropped;
        size_t want = room ? room : sizeof dropped;
        if (want > size) want = size;
        size_t buffered = connection->end - connection->start;
        ssize_t n;
        if (buffered) {
            n = (ssize_t)(want < buffered ? want : buffered);
            memcpy(target, connection->buffer + connection->start, (size_t)n);
            connection->start += (size_t)n;
        } else {
            n = receive(connection, target, want);
        }
        if (n <= 0) return fail("the connection ended inside a body");
        *length += (size_t)n;
        size -= (size_t)n;
    }
    return true;
}

// The end of `mark` in the buffer, after receiving what is missing. 0: the connection was closed before it began.
static size_t receive_until(struct connection *connection, const char *mark) {
    for (;;) {
        size_t size = connection->end - connection->start;
        char *begin = connection->buffer + connection->start;
        char *found = memmem(begin, size, mark, strlen(mark));
        if (found) return (size_t)(found - begin) + strlen(mark);
        if (connection->start) {
            memmove(connection->buffer, begin, size);
            connection->start = 0;
            connection->end = size;
        }
        if (size == sizeof connection->buffer) return fail("a head or a chunk line is too long");
        ssize_t n = receive(connection, connection->buffer + size, sizeof connection->buffer - size);
        if (n <= 0) {
            if (size) fail("the connection ended inside a head");
            return 0;
        }
        connection->end += (size_t)n;
    }
}

static bool read_chunks(struct connection *connection, char *into, size_t capacity, size_t *length) {
    for (;;) {
        size_t line = receive_until(connection, "\r\n");
        if (!line) return fail("the connection ended between two chunks");
        size_t size = strtoul(connection->buffer + connection->start, NULL, 16);
        connection->start += line;
        if (size == 0) break;
        if (!read_body(connection, size, into, capacity, length)) return false;
        char crlf[2];
        size_t none = 0;
        if (!read_body(connection, 2, crlf, sizeof crlf, &none)) return false;
    }
    for (size_t line; (line = receive_until(connection, "\r\n")); connection->start += line) {
        if (line == 2) {
            connection->start += line;
            return true;
        }
    }
    return fail("the connection ended inside the trailer");
}

static bool send_parts(struct connection *connection, const void *head, size_t head_size, const void *body,
                       size_t size) {
    struct iovec parts[2] = {{(void *)head, head_size}, {(void *)body, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    while (parts[0].iov_len + parts[1].iov_len) {
        ssize_t n = sendmsg(connection->fd, &message, MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR && may_go_on()) continue;
        if (n <= 0) return fail("the runtime did not take an answer: %s", strerror(errno));
        for (int i = 0; i < 2; i++) {
            size_t used = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;
            parts[i].iov_base = (char *)parts[i].iov_base + used;
            parts[i].iov_len -= used;
            n -= (ssize_t)used;
        }
    }
    return true;
}

static bool send_text(struct connection *connection, const char *text) {
    return send_parts(connection, text, strlen(text), NULL, 0);
}

static const char *header(const char *head, const char *name) {
    size_t length = strlen(name);
    for (const char *line = head; (line = strstr(line, "\r\n"));) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            return line + length + 1 + strspn(line + length + 1, " \t");
        }
    }
    return NULL;
}

static bool header_is(const char *head, const char *name, const char *value) {
    const char *found = header(head, name);
    return found && strncasecmp(found, value, strlen(value)) == 0;
}

// Reads one whole request. Its body goes to `body`.
static struct request read_request(struct connection *connection, char *body, size_t capacity) {
    struct request request = {.kind = BROKEN, .connection = connection};
    size_t size = receive_until(connection, "\r\n\r\n");
    if (!size) {
        if (!current->failure[0]) request.kind = CLOSED;
        return request;
    }
    char *head = connection->buffer + connection->start;
    head[size - 1] = 0; // over the last line feed
    char method[8] = "", path[256] = "", tail[16] = "";
    sscanf(head, "%7s %255s", method, path);
    const char *content_length = header(head, "content-length");
    size_t content = content_length ? strtoul(content_length, NULL, 10) : 0;
    request.chunked = header_is(head, "transfer-encoding", "chunked");
    request.close = header_is(head, "connection", "close");
    bool expects = header_is(head, "expect", "100-continue");
    connection->start += size; // `head` must not be used any more: the body moves the buffer

    const char *what = strncmp(path, API, strlen(API)) == 0 ? path + strlen(API) : "";
    enum kind kind = OTHER;
    if (strcmp(method, "GET") == 0 && strcmp(what, "invocation/next") == 0) {
        kind = NEXT;
    } else if (strcmp(method, "POST") == 0 && strcmp(what, "init/error") == 0) {
        kind = ERROR_REPORT;
    } else if (strcmp(method, "POST") == 0 && sscanf(what, "invocation/%63[^/]/%15s", request.id, tail) == 2) {
        kind = strcmp(tail, "response") == 0 ? RESPONSE : strcmp(tail, "error") == 0 ? ERROR_REPORT : OTHER;
    }
    if (expects && !send_text(connection, "HTTP/1.1 100 Continue\r\n\r\n")) return request;
    if (request.chunked ? !read_chunks(connection, body, capacity, &request.length)
                        : !read_body(connection, content, body, capacity, &request.length)) {
        return request;
    }
    request.kind = kind;
    return request;
}

// The next whole request on any connection; BROKEN when there will be none.
static struct request wait_for_request(struct runtime *runtime, char *body, size_t capacity) {
    patience_ends_at = now_ns() + PATIENCE_NS;
    while (may_go_on()) {
        struct pollfd polled[MAX_CONNECTIONS + 2] = {{runtime->listener, POLLIN, 0}, {runtime->pidfd, POLLIN, 0}};
        int before = runtime->connection_count;
        for (int i = 0; i < before; i++) polled[i + 2] = (struct pollfd){runtime->connections[i]->fd, POLLIN, 0};
        if (poll(polled, (nfds_t)(before + 2), 1000) <= 0) continue;
        for (int i = before - 1; i >= 0; i--) {
            if (!polled[i + 2].revents) continue;
            struct request request = read_request(runtime->connections[i], body, capacity);
            if (request.kind != CLOSED) return request;
            close_connection(runtime, i);
        }
        if (polled[0].revents && !accept_connection(runtime)) break;
        if (polled[1].revents) {
            siginfo_t info = {0};
            waitid(P_PID, (id_t)runtime->pid, &info, WEXITED | WNOWAIT);
            fail("the runtime ended with %s %d", info.si_code == CLD_EXITED ? "status" : "signal", info.si_status);
        }
    }
    return (struct request){.kind = BROKEN};
}

static bool answer(struct request *request, const char *text) {
    bool sent = send_text(request->connection, text);
    for (int i = 0; request->close && i < current->connection_count; i++) {
        if (current->connections[i] == request->connection) close_connection(current, i);
    }
    return sent;
}

static const char ACCEPTED[] =
    "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n";

// What was not the request to expect is a failure of the runtime; this says which.
static void refuse(struct request *request, const char *body, size_t capacity) {
    if (request->kind == NEXT) fail("the runtime asked for the next event before it answered the last");
    if (request->kind == RESPONSE) fail("the runtime answered without an event");
    if (request->kind == ERROR_REPORT) {
        size_t length = request->length < capacity ? request->length : capacity;
        fail("the runtime reported an error: %.*s", (int)(length < 600 ? length : 600), body);
        answer(request, ACCEPTED);
    } else if (request->kind == OTHER) {
        fail("the runtime sent a request that is not of the Runtime API");
        answer(request, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }
}

// --- measuring ------------------------------------------------------------------------------------------------------

struct options {
    long cold, invocations, block, warmup, window;
    size_t size;
    double seconds, time_limit;
};

static int compare_u64(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Nearest rank, on a copy: the order of the samples is their time.
static double percentile_us(const uint64_t *samples, size_t count, double percent) {
    if (!count) return 0;
    uint64_t *sorted = malloc(count * sizeof *sorted);
    if (!sorted) abort();
    memcpy(sorted, samples, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_u64);
    size_t rank = (size_t)(percent / 100 * (double)count + 0.999999);
    uint64_t value = sorted[(rank ? rank : 1) - 1];
    free(sorted);
    return (double)value / 1000;
}

static void print_string(const char *text) {
    putchar('"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') printf("\\%c", c);
        else if (c < 0x20 || c > 0x7e) printf("\\u%04x", c);
        else putchar(c);
    }
    putchar('"');
}

// A new order of the runtimes for each turn, the same in each run: with a fixed one each would always follow the same
// other, and find the caches and the processors as that one leaves them (a start of the floor is 0.2 ms slower after
// sh, seen).
static void shuffle(int order[MAX_RUNTIMES]) {
    static uint32_t state = 1;
    for (int i = 0; i < runtime_count; i++) order[i] = i;
    for (int i = runtime_count - 1; i > 0; i--) {
        state = state * 1664525u + 1013904223u;
        int j = (int)((uint64_t)state * (uint64_t)(i + 1) >> 32);
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

static void print_outcome(const struct runtime *runtime) {
    printf("%s\"%s\":{\"ok\":%s,\"error\":", runtime == runtimes ? "{" : ",", runtime->name,
           runtime->failure[0] ? "false" : "true");
    if (runtime->failure[0]) print_string(runtime->failure);
    else printf("null");
}

static void start_once(struct runtime *runtime) {
    char body[4096];
    if (start_runtime(runtime)) {
        struct request request = wait_for_request(runtime, body, sizeof body);
        if (request.kind == NEXT) runtime->samples[runtime->counted++] = now_ns() - *shared_exec_time;
        else refuse(&request, body, sizeof body);
    }
    stop_runtime(runtime);
    stop_orphans();
    // What the old process left in the queue must not be taken for the next one's.
    close_all_connections(runtime);
    for (struct pollfd queued = {runtime->listener, POLLIN, 0}; poll(&queued, 1, 0) > 0;) {
        accept_connection(runtime);
        close_all_connections(runtime);
    }
}

static void measure_cold(const struct options *options) {
    for (int i = 0; i < runtime_count; i++) {
        runtimes[i].samples = calloc((size_t)options->cold, sizeof(uint64_t));
        if (!runtimes[i].samples) abort();
    }
    int order[MAX_RUNTIMES];
    for (long turn = 0; turn < options->cold; turn++) {
        shuffle(order);
        for (int i = 0; i < runtime_count; i++) {
            current = &runtimes[order[i]];
            if (!current->failure[0]) start_once(current);
        }
    }
    for (int i = 0; i < runtime_count; i++) {
        const struct runtime *runtime = &runtimes[i];
        size_t starts = (size_t)runtime->counted;
        print_outcome(runtime);
        printf(",\"starts\":%zu,\"p50_us\":%.1f,\"max_us\":%.1f}", starts,
               percentile_us(runtime->samples, starts, 50), percentile_us(runtime->samples, starts, 100));
    }
    printf("}\n");
}

// Valid JSON of exactly `size` bytes: {"n": "00000000", "data": "..."}. Written as Python's json.dumps writes it, so
// that a runtime that decodes and encodes the event answers the same bytes. The text does not repeat in a short period
// (a lost or doubled block is seen), and `n` is the number of the invocation (an old answer is seen).
static char *make_event(size_t size) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    static const char head[] = "{\"n\": \"00000000\", \"data\": \"", tail[] = "\"}";
    char *event = malloc(size + 1);
    if (!event) abort();
    size_t at = (size_t)sprintf(event, "%s", head);
    uint32_t state = 1;
    while (at < size - (sizeof tail - 1)) {
        state = state * 1664525u + 1013904223u;
        event[at++] = alphabet[state >> 26];
    }
    memcpy(event + at, tail, sizeof tail);
    return event;
}

enum { NUMBER_AT = 7 }; // where `n` stands in the event
static const size_t SMALLEST_EVENT = 40;

static void number_event(char *event, long number) {
    char digits[24];
    snprintf(digits, sizeof digits, "%08ld", number % 100000000);
    memcpy(event + NUMBER_AT, digits, 8);
}

static bool send_event(struct connection *connection, const char *id, const char *event, size_t size) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char head[1024];
    int length = snprintf(
        head, sizeof head,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Lambda-Runtime-Aws-Request-Id: %s\r\nLambda-Runtime-Deadline-Ms: %" PRId64 "\r\n"
        "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:benchmark\r\n"
        "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n"
        "Content-Length: %zu\r\n\r\n",
        id, (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 60000, size);
    return send_parts(connection, head, (size_t)length, event, size);
}

static void check_answer(struct runtime *runtime, const struct request *response, const char *id, const char *body,
                         const char *event, size_t size) {
    if (response->length == size && memcmp(body, event, size) == 0 && strcmp(response->id, id) == 0) return;
    if (runtime->wrong++) return;
    size_t same = 0, limit = response->length < size ? response->length : size;
    while (same < limit && body[same] == event[same]) same++;
    fprintf(stderr, "load: %s: wrong answer: %zu bytes for %zu, the same up to byte %zu, id '%s' for '%s'\n",
            runtime->name, response->length, size, same, response->id, id);
}

// Waits until the runtime asks for an event. It is idle then, which is the moment to look at it.
static bool wait_for_next(struct runtime *runtime, char *body, size_t size) {
    runtime->next = wait_for_request(runtime, body, size + 1);
    if (runtime->next.kind == NEXT) return true;
    refuse(&runtime->next, body, size + 1);
    return false;
}

static useconds_t pause_us; // before each event

// One turn of one runtime: `count` invocations, from an idle runtime to an idle runtime.
static bool take_turn(struct runtime *runtime, long count, bool counting, long window, char *event, char *body,
                      size_t size) {
    uint64_t since = now_ns(), checking = 0;
    for (; count > 0; count--) {
        char id[64];
        if (pause_us) {
            uint64_t asleep = now_ns();
            while (usleep(pause_us) == -1 && now_ns() - asleep < (uint64_t)pause_us * 1000) {}
            checking += now_ns() - asleep;
        }
        number_event(event, ++runtime->number);
        snprintf(id, sizeof id, "8476a536-e9f4-11e8-9739-%012ld", runtime->number);
        uint64_t sent_at = now_ns();
        if (!send_event(runtime->next.connection, id, event, size)) return false;
        struct request response = wait_for_request(runtime, body, size + 1);
        uint64_t received_at = now_ns();
        if (response.kind != RESPONSE) {
            refuse(&response, body, size + 1);
            return false;
        }
        runtime->chunked = runtime->chunked || response.chunked;
        if (counting) runtime->samples[runtime->counted++] = received_at - sent_at;
        else runtime->warm++;
        // Checked while the runtime waits for its 202, so that this time is known exactly and can be taken out.
        check_answer(runtime, &response, id, body, event, size);
        checking += now_ns() - received_at;
        if (!answer(&response, ACCEPTED) || !wait_for_next(runtime, body, size)) return false;
        if (counting && window && runtime->counted % window == 0) {
            runtime->windows[runtime->window_count++] =
                (struct window){percentile_us(runtime->samples + runtime->counted - window, (size_t)window, 50),
                                status_kb(runtime->pid, "VmRSS"), descriptor_count(runtime->pid)};
        }
    }
    if (counting) runtime->busy += now_ns() - since - checking;
    return true;
}

static int still_running(void) {
    int count = 0;
    for (int i = 0; i < runtime_count; i++) count += !runtimes[i].failure[0];
    return count;
}

// Turns of all runtimes until each had `invocations` or the time is over.
static void take_turns(const struct options *options, bool counting, char *event, char *body) {
    long invocations = counting ? options->invocations : options->warmup;
    long at_least = counting ? MIN_COUNTED : MIN_WARMUP;
    double seconds = (counting ? options->seconds : options->seconds / 4) * runtime_count;
    int order[MAX_RUNTIMES];
    uint64_t since = now_ns();
    for (long done = 0; done < invocations && still_running();) {
        if (seconds > 0 && done >= at_least && (double)(now_ns() - since) / 1e9 > seconds) break;
        long count = invocations - done < options->block ? invocations - done : options->block;
        shuffle(order);
        for (int i = 0; i < runtime_count; i++) {
            current = &runtimes[order[i]];
            if (current->failure[0]) continue;
            if (!take_turn(current, count, counting, options->window, event, body, options->size)) {
                stop_runtime(current); // it must not disturb the others
            }
        }
        done += count;
    }
}

static void measure_warm(const struct options *options) {
    size_t size = options->size;
    // Before any large allocation: a process starts with its parent's peak in ru_maxrss.
    for (int i = 0; i < runtime_count; i++) {
        current = &runtimes[i];
        start_runtime(current);
    }
    char *event = make_event(size), *body = malloc(size + 1);
    if (!body) abort();
    memset(body, 0, size + 1); // its pages exist before anything is measured
    for (int i = 0; i < runtime_count; i++) {
        current = &runtimes[i];
        current->samples = calloc((size_t)options->invocations, sizeof(uint64_t));
        size_t windows = options->window ? (size_t)(options->invocations / options->window) : 0;
        current->windows = calloc(windows + 1, sizeof(struct window));
        if (!current->samples || !current->windows) abort();
        if (!wait_for_next(current, body, size)) stop_runtime(current);
    }
    take_turns(options, false, event, body);
    take_turns(options, true, event, body);
    for (int i = 0; i < runtime_count; i++) {
        current = &runtimes[i];
        if (current->wrong) fail("%ld of %ld answers differ from their event", current->wrong, current->number);
        current->hwm_kb = current->pid ? status_kb(current->pid, "VmHWM") : 0;
        stop_runtime(current);
    }
    stop_orphans();
    for (int i = 0; i < runtime_count; i++) {
        const struct runtime *runtime = &runtimes[i];
        size_t counted = (size_t)runtime->counted;
        print_outcome(runtime);
        printf(",\"size\":%zu,\"warmup\":%ld,\"invocations\":%zu,\"wrong\":%ld", size, runtime->warm, counted,
               runtime->wrong);
        printf(",\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f", percentile_us(runtime->samples, counted, 50),
               percentile_us(runtime->samples, counted, 99), percentile_us(runtime->samples, counted, 100));
        double per_second = runtime->busy ? (double)counted / ((double)runtime->busy / 1e9) : 0;
        printf(",\"per_second\":%.2f,\"hwm_kb\":%ld,\"largest_process_kb\":%ld", per_second, runtime->hwm_kb,
               runtime->largest_process_kb);
        printf(",\"connections\":%d,\"chunked\":%s,\"windows\":[", runtime->connections_accepted,
               runtime->chunked ? "true" : "false");
        for (size_t w = 0; w < runtime->window_count; w++) {
            printf("%s{\"p50_us\":%.1f,\"rss_kb\":%ld,\"descriptors\":%d}", w ? "," : "", runtime->windows[w].p50_us,
                   runtime->windows[w].rss_kb, runtime->windows[w].descriptors);
        }
        printf("]}");
    }
    printf("}\n");
}

// --- command line ---------------------------------------------------------------------------------------------------

static void usage(const char *complaint, const char *what) {
    fprintf(stderr, "load: %s '%s'\n"
            "usage: load [options] -- NAME RUNTIME [ARG...] [-- NAME RUNTIME [ARG...]]... (see the top of load.c)\n",
            complaint, what);
    exit(64);
}

static double number_option(const char *name, const char *text) {
    char *end = NULL;
    double value = text ? strtod(text, &end) : 0;
    if (!text || end == text || *end || !(value >= 0 && value <= 1e9)) usage("bad or missing value for", name);
    return value;
}

// `arguments` starts at a "--" and ends with NULL. Each "--" becomes the NULL that ends the command before it.
static void read_runtimes(char **arguments) {
    for (char **at = arguments; *at;) {
        if (runtime_count == MAX_RUNTIMES) usage("too many runtimes at", *at);
        *at++ = NULL;
        struct runtime *runtime = &runtimes[runtime_count++];
        runtime->name = at[0];
        if (!at[0] || !at[1] || strcmp(at[1], "--") == 0) usage("needed after --:", "NAME RUNTIME");
        if (strspn(runtime->name, "abcdefghijklmnopqrstuvwxyz-") != strlen(runtime->name)) usage("bad name", at[0]);
        runtime->command = ++at;
        while (*at && strcmp(*at, "--") != 0) at++;
    }
    if (!runtime_count) usage("missing", "-- NAME RUNTIME");
}

int main(int argc, char **argv) {
    struct options options = {.invocations = 1000, .block = 10, .warmup = 100, .size = 100, .time_limit = 60};
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i += 2) {
        const char *name = argv[i];
        double value = number_option(name, i + 1 < argc ? argv[i + 1] : NULL);
        if (strcmp(name, "--cold") == 0) options.cold = (long)value;
        else if (strcmp(name, "--size") == 0) options.size = (size_t)value;
        else if (strcmp(name, "--invocations") == 0) options.invocations = (long)value;
        else if (strcmp(name, "--block") == 0 && value >= 1) options.block = (long)value;
        else if (strcmp(name, "--warmup") == 0) options.warmup = (long)value;
        else if (strcmp(name, "--seconds") == 0) options.seconds = value;
        else if (strcmp(name, "--pause") == 0 && value < 1000) pause_us = (useconds_t)(value * 1000);
        else if (strcmp(name, "--window") == 0) options.window = (long)value;
        else if (strcmp(name, "--time-limit") == 0) options.time_limit = value;
        else usage("unknown option or bad value:", name);
    }
    read_runtimes(argv + (i < argc ? i : argc));
    if (options.size < SMALLEST_EVENT) usage("too small for an event:", "--size");

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    shared_exec_time = mmap(NULL, sizeof *shared_exec_time, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared_exec_time == MAP_FAILED) abort();
    start_clock(options.time_limit);
    for (int r = 0; r < runtime_count; r++) {
        current = &runtimes[r];
        if (!listen_on_any_port(current)) {
            fprintf(stderr, "load: %s\n", current->failure);
            return 1;
        }
    }
    if (options.cold) measure_cold(&options);
    else measure_warm(&options);
    return still_running() == runtime_count ? 0 : 1;
}
