/* A process of the user's that is talked to: its input and output are one socket. What it says to
 * stderr goes where the caller's goes. */
#ifndef LANDSCAPE_BASE_CHILD_H
#define LANDSCAPE_BASE_CHILD_H

#include "landscape/error.h"
#include "landscape/observer.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ls_child {
    pid_t process; /* leader of a process group of its own, out of reach of a terminal's signals; 0
                      once it has ended */
    pid_t group;   /* its number, which others of the group may keep in use */
    int socket;
    char *held; /* what it said behind the last line that was read; owned */
    size_t held_count, held_room;
    size_t line;  /* bytes of `held` that the last line takes */
    char end[48]; /* how it ended, in words, once that is known */
};

/* Starts `sh -c command`. End with ls_child_end. */
enum ls_status ls_child_start(struct ls_child *child, const char *command, struct ls_error *error);

/* Whether it has said anything behind the last line that was read, or has ended. */
bool ls_child_has_spoken(const struct ls_child *child);

/* Sends bytes; what it says meanwhile is kept, unless it is to be `silent`: then LS_BAD_FILE, and
 * what it said can be read. LS_IO if the process does not take them; it may have
 * said why. LS_INTERRUPTED if the observer, which may be NULL, asks to stop meanwhile. */
enum ls_status ls_child_send(struct ls_child *child, const void *bytes, size_t count, bool silent,
                             const struct ls_observer *observer, struct ls_error *error);

/* *line = the next line it says, without its end, until the next call; of at most a megabyte.
 * Errors as above. */
enum ls_status ls_child_read(struct ls_child *child, const char **line,
                             const struct ls_observer *observer, struct ls_error *error);

/* Closes the socket, which asks the process to end. */
void ls_child_dismiss(struct ls_child *child);

/* Dismisses the process if that is not done. One that does not end within `seconds` is terminated,
 * and after another second killed; so is what is left of its group. */
void ls_child_end(struct ls_child *child, double seconds);

#endif
