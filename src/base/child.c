#include "base/child.h"
#include "base/observer.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_BYTES = 1 << 20, /* of a line */
    BYTES_AT_ONCE = 1 << 16,
    POLL_MILLISECONDS = 200, /* between two looks at the observer */
    WAIT_MILLISECONDS = 10   /* between two looks at a process that is to end */
};

extern char **environ;

/* Starts the process with `end` as its input and output; returns an error number. */
static int spawn(struct ls_child *child, const char *command, int end) {
    char *const arguments[] = {"sh", "-c", (char *)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int reason = posix_spawn_file_actions_init(&actions);
    if (reason)
        return reason;
    reason = posix_spawnattr_init(&attributes);
    if (!reason) {
        reason = posix_spawn_file_actions_adddup2(&actions, end, STDIN_FILENO);
        if (!reason)
            reason = posix_spawn_file_actions_adddup2(&actions, end, STDOUT_FILENO);
        if (!reason)
            reason = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        if (!reason)
            reason =
                posix_spawn(&child->process, "/bin/sh", &actions, &attributes, arguments, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return reason;
}

enum ls_status ls_child_start(struct ls_child *child, const char *command, struct ls_error *error) {
    int ends[2];
    *child = (struct ls_child){.socket = -1};
    /* Closed on execution: a process that held another's end would keep it from ending. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return ls_fail(error, LS_IO, "cannot make a socket: %s", strerror(errno));
    int reason = fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
    if (!reason)
        reason = spawn(child, command, ends[1]);
    close(ends[1]);
    if (reason) {
        close(ends[0]);
        return ls_fail(error, LS_IO, "cannot run '%s': %s", command, strerror(reason));
    }
    child->group = child->process;
    child->socket = ends[0];
    return LS_OK;
}

/* Whether the process has ended. */
static bool has_ended(struct ls_child *child) {
    int how;
    const pid_t ended = child->process ? waitpid(child->process, &how, WNOHANG) : -1;
    if (ended == 0)
        return false;
    if (ended > 0 && WIFSIGNALED(how))
        snprintf(child->end, sizeof child->end, "was ended by signal %d", WTERMSIG(how));
    else if (ended > 0)
        snprintf(child->end, sizeof child->end, "ended with status %d", WEXITSTATUS(how));
    child->process = 0;
    return true;
}

static void rest(void) {
    const struct timespec pause = {.tv_nsec = WAIT_MILLISECONDS * 1000000L};
    nanosleep(&pause, NULL);
}

/* Whether the process ends within that time. */
static bool ends_within(struct ls_child *child, double seconds) {
    for (int waits = (int)(1000 * seconds) / WAIT_MILLISECONDS; waits > 0; waits--) {
        if (has_ended(child))
            return true;
        rest();
    }
    return has_ended(child);
}

/* The process has closed its end: says what became of it. */
static enum ls_status closed(struct ls_child *child, struct ls_error *error) {
    ends_within(child, 1);
    return ls_fail(error, LS_IO, "it %s",
                   child->end[0] ? child->end : "closed its input or output");
}

/* Waits until the socket can be read (POLLIN) or written (POLLOUT), as far as asked for. */
static enum ls_status await(struct ls_child *child, short events, short *ready,
                            const struct ls_observer *observer, struct ls_error *error) {
    struct pollfd wanted = {.fd = child->socket, .events = events};
    for (;;) {
        if (ls_stopped(observer))
            return ls_fail(error, LS_INTERRUPTED, "interrupted");
        const int count = poll(&wanted, 1, POLL_MILLISECONDS);
        *ready = wanted.revents;
        if (count > 0)
            return LS_OK;
        if (count < 0 && errno != EINTR)
            return ls_fail(error, LS_IO, "cannot wait for it: %s", strerror(errno));
        /* One of its own may have the socket still. */
        if (count == 0 && has_ended(child) && poll(&wanted, 1, 0) <= 0)
            return closed(child, error);
    }
}

/* Reads more behind what is held; the socket is ready. */
static enum ls_status read_more(struct ls_child *child, struct ls_error *error) {
    if (child->held_count > MOST_BYTES)
        return ls_fail(error, LS_BAD_FILE, "it says a line of more than %d bytes", MOST_BYTES);
    if (child->held_count + BYTES_AT_ONCE > child->held_room) {
        const size_t room = 2 * child->held_room + BYTES_AT_ONCE;
        char *held = realloc(child->held, room);
        if (!held)
            return ls_fail_memory(error, "what a process says");
        child->held = held;
        child->held_room = room;
    }
    const ssize_t count = recv(child->socket, child->held + child->held_count, BYTES_AT_ONCE, 0);
    if (count > 0)
        child->held_count += (size_t)count;
    else if (count == 0 || errno == ECONNRESET)
        return closed(child, error);
    else if (errno != EAGAIN && errno != EINTR)
        return ls_fail(error, LS_IO, "cannot read what it says: %s", strerror(errno));
    return LS_OK;
}

bool ls_child_has_spoken(const struct ls_child *child) {
    struct pollfd wanted = {.fd = child->socket, .events = POLLIN};
    return child->held_count > child->line || poll(&wanted, 1, 0) > 0;
}

/* Sends some of the bytes; *count = how many. */
static enum ls_status send_some(struct ls_child *child, const char *bytes, size_t *count,
                                struct ls_error *error) {
    const ssize_t sent = send(child->socket, bytes, *count, MSG_NOSIGNAL);
    *count = sent > 0 ? (size_t)sent : 0;
    if (sent >= 0 || errno == EAGAIN || errno == EINTR)
        return LS_OK;
    if (errno == EPIPE || errno == ECONNRESET)
        return closed(child, error);
    return ls_fail(error, LS_IO, "cannot send to it: %s", strerror(errno));
}

enum ls_status ls_child_send(struct ls_child *child, const void *bytes, size_t count, bool silent,
                             const struct ls_observer *observer, struct ls_error *error) {
    const char *at = bytes;
    while (count > 0) {
        short ready;
        size_t sent = 0;
        enum ls_status status = await(child, POLLIN | POLLOUT, &ready, observer, error);
        if (!status && silent && ready & POLLIN)
            return ls_fail(error, LS_BAD_FILE, "it speaks before it has been told everything");
        if (!status && ready & POLLOUT) {
            sent = count;
            status = send_some(child, at, &sent, error);
        } else if (!status) { /* neither side would go on if nobody read */
            status = read_more(child, error);
        }
        if (status)
            return status;
        at += sent;
        count -= sent;
    }
    return LS_OK;
}

enum ls_status ls_child_read(struct ls_child *child, const char **line,
                             const struct ls_observer *observer, struct ls_error *error) {
    child->held_count -= child->line;
    if (child->line)
        memmove(child->held, child->held + child->line, child->held_count);
    child->line = 0;
    for (size_t seen = 0;;) {
        char *end = seen < child->held_count
                        ? memchr(child->held + seen, '\n', child->held_count - seen)
                        : NULL;
        if (end) {
            *end = 0;
            *line = child->held;
            child->line = (size_t)(end - child->held) + 1;
            return LS_OK;
        }
        short ready;
        seen = child->held_count;
        enum ls_status status = await(child, POLLIN, &ready, observer, error);
        if (!status)
            status = read_more(child, error);
        if (status)
            return status;
    }
}

void ls_child_dismiss(struct ls_child *child) {
    if (child->socket >= 0)
        close(child->socket);
    child->socket = -1;
}

/* Ends what is left of the process's group, which gets a second for that if it is asked now. */
static void end_group(pid_t group) {
    int waits = kill(-group, SIGTERM) == 0 ? 1000 / WAIT_MILLISECONDS : 0;
    for (; waits > 0 && kill(-group, 0) == 0; waits--)
        rest();
    kill(-group, SIGKILL);
}

void ls_child_end(struct ls_child *child, double seconds) {
    ls_child_dismiss(child);
    if (child->process && !ends_within(child, seconds)) {
        kill(-child->group, SIGTERM);
        if (!ends_within(child, 1)) {
            kill(-child->group, SIGKILL);
            while (waitpid(child->process, NULL, 0) < 0 && errno == EINTR)
                continue;
        }
    }
    if (child->group)
        end_group(child->group);
    free(child->held);
    *child = (struct ls_child){.socket = -1};
}
