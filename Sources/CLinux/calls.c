#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Old C libraries have no wrapper and no number for these; both numbers are the same on every architecture.
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int clinux_pipe_cloexec(int descriptors[2]) { return pipe2(descriptors, O_CLOEXEC); }
int clinux_accept_cloexec(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }
int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int epoll_set(int list, int operation, int descriptor, uint32_t events, uint64_t tag) {
    struct epoll_event event = {.events = events, .data.u64 = tag};
    return epoll_ctl(list, operation, descriptor, &event);
}
int clinux_epoll_add(int list, int descriptor, uint32_t events, uint64_t tag) {
    return epoll_set(list, EPOLL_CTL_ADD, descriptor, events, tag);
}
int clinux_epoll_change(int list, int descriptor, uint32_t events, uint64_t tag) {
    return epoll_set(list, EPOLL_CTL_MOD, descriptor, events, tag);
}
int clinux_epoll_remove(int list, int descriptor) { return epoll_set(list, EPOLL_CTL_DEL, descriptor, 0, 0); }

int clinux_epoll_wait(int list, uint64_t *tags, uint32_t *events, int count, int milliseconds) {
    struct epoll_event ready[256];
    int found = epoll_wait(list, ready, count < 256 ? count : 256, milliseconds);
    for (int i = 0; i < found; i++) {
        tags[i] = ready[i].data.u64;
        events[i] = ready[i].events;
    }
    return found;
}
const void *clinux_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count) {
    return memmem(bytes, count, wanted, wanted_count);
}
int clinux_close_from(unsigned int first) { return (int)syscall(SYS_close_range, first, ~0U, 0); }
int clinux_set_pipe_size(int descriptor, int bytes) { return fcntl(descriptor, F_SETPIPE_SZ, bytes); }
int clinux_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int clinux_unread(int descriptor) {
    int count;
    return ioctl(descriptor, FIONREAD, &count) == -1 ? -1 : count;
}
int clinux_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
int clinux_schedule_as_batch(pid_t thread) {
    struct sched_param parameter = {0};
    return sched_setscheduler(thread, SCHED_BATCH, &parameter);
}
int clinux_limit(pid_t process, unsigned long files, unsigned long locked) {
    struct rlimit open = {files, files}, memory = {locked, locked};
    return prlimit(process, RLIMIT_NOFILE, &open, NULL) | prlimit(process, RLIMIT_MEMLOCK, &memory, NULL);
}
int clinux_set_default_stack(size_t bytes) {
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code == 0) code = pthread_attr_setstacksize(&attributes, bytes);
    return code ? code : pthread_setattr_default_np(&attributes);
}
static void *nothing(void *argument) { return argument; }
int clinux_try_thread(void) {
    pthread_t thread;
    int code = pthread_create(&thread, NULL, nothing, NULL);
    return code ? code : pthread_join(thread, NULL);
}
int clinux_register_barrier(void) { return (int)syscall(SYS_membarrier, 1 << 4, 0, 0); }
int clinux_barrier(void) { return (int)syscall(SYS_membarrier, 1 << 3, 0, 0); }
char **clinux_variables(void) { return environ; }
int clinux_try_read_lease(int descriptor) {
    // Its own SIGIO would end the process.
    if (fcntl(descriptor, F_SETSIG, SIGURG) < 0 || fcntl(descriptor, F_SETLEASE, F_RDLCK) < 0) return -1;
    return fcntl(descriptor, F_SETLEASE, F_UNLCK);
}
int clinux_spawn_chdir(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}
int clinux_exited(int status) { return WIFEXITED(status); }
int clinux_exit_status(int status) { return WEXITSTATUS(status); }
int clinux_term_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
int clinux_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
    return mount(source, target, type, flags, data);
}
int clinux_enter_user_namespace(void) { return unshare(CLONE_NEWUSER); }
int clinux_chroot(const char *path) { return chroot(path); }
int clinux_drop_groups(void) { return setgroups(0, NULL); }
int clinux_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
