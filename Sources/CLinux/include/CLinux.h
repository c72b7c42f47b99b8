// Calls and constants that Swift's Glibc module hides because it is built without _GNU_SOURCE, or that are C macros.
// One line each and no logic: what they mean is said where Platform wraps them.
#ifndef CLINUX_H
#define CLINUX_H

#include <spawn.h>
#include <stdint.h>
#include <sys/types.h>

/// pipe2(2) with O_CLOEXEC.
int clinux_pipe_cloexec(int descriptors[2]);
/// accept4(2) with SOCK_CLOEXEC.
int clinux_accept_cloexec(int listener);
/// pidfd_open(2). The descriptor is close-on-exec and becomes readable when the process ends.
int clinux_pidfd_open(pid_t pid);
/// epoll_create1(2) with EPOLL_CLOEXEC.
int clinux_epoll_create(void);
/// epoll_ctl(2): adds, changes or removes a descriptor; events are those of poll(2), the tag comes back with them.
int clinux_epoll_add(int list, int descriptor, uint32_t events, uint64_t tag);
int clinux_epoll_change(int list, int descriptor, uint32_t events, uint64_t tag);
int clinux_epoll_remove(int list, int descriptor);
/// epoll_wait(2) for at most `count` events, of which there is room for 256.
int clinux_epoll_wait(int list, uint64_t *tags, uint32_t *events, int count, int milliseconds);
/// memmem(3).
const void *clinux_find(const void *bytes, size_t count, const void *wanted, size_t wanted_count);
/// close_range(2) from `first` to the highest descriptor.
int clinux_close_from(unsigned int first);
/// fcntl(2) with F_SETPIPE_SZ.
int clinux_set_pipe_size(int descriptor, int bytes);
/// ioctl(2) with FIONREAD: how many bytes a pipe holds, asked at either end.
int clinux_unread(int descriptor);
/// prctl(2) with PR_SET_CHILD_SUBREAPER.
int clinux_become_subreaper(void);
/// memfd_create(2) with MFD_CLOEXEC.
int clinux_memory_file(const char *name);
/// sched_setscheduler(2) with SCHED_BATCH, of one thread.
int clinux_schedule_as_batch(pid_t thread);
/// prlimit(2) with RLIMIT_NOFILE and RLIMIT_MEMLOCK, both limits of each.
int clinux_limit(pid_t process, unsigned long files, unsigned long locked);
/// pthread_setattr_default_np(3), of the stack alone; an error number.
int clinux_set_default_stack(size_t bytes);
/// pthread_create(3) and pthread_join(3) of a thread that does nothing; an error number.
int clinux_try_thread(void);
/// membarrier(2) with MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED.
int clinux_register_barrier(void);
/// membarrier(2) with MEMBARRIER_CMD_PRIVATE_EXPEDITED.
int clinux_barrier(void);
/// The variables of this process, `NAME=VALUE`, with a null pointer at their end.
char **clinux_variables(void);
/// Tries whether a file that is open for reading is open for writing elsewhere: takes a read lease (F_SETLEASE), which the
/// kernel refuses then with EAGAIN, and gives it back. A signal about it, should somebody open the file just then, is one
/// that is ignored by default.
int clinux_try_read_lease(int descriptor);
/// posix_spawn_file_actions_addchdir_np(3).
int clinux_spawn_chdir(posix_spawn_file_actions_t *actions, const char *path);
/// WIFEXITED, WEXITSTATUS and WTERMSIG of a wait status.
int clinux_exited(int status);
int clinux_exit_status(int status);
int clinux_term_signal(int status);
/// mount(2).
int clinux_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data);
/// unshare(2) with CLONE_NEWUSER.
int clinux_enter_user_namespace(void);
/// chroot(2).
int clinux_chroot(const char *path);
/// setgroups(2) with none.
int clinux_drop_groups(void);
/// prctl(2) with PR_SET_NO_NEW_PRIVS.
int clinux_forbid_new_privileges(void);

#endif
