/* Locks between processes: on files, which the system gives back when their process ends. */
#ifndef LANDSCAPE_BASE_LOCK_H
#define LANDSCAPE_BASE_LOCK_H

#include "landscape/error.h"

/* Opens the file, makes it if it is not there, and locks it. A killed process leaves its file, but
 * no lock: the next one takes the file over. Returns a descriptor, whose closing gives the lock
 * back, or -1 with errno, EWOULDBLOCK if another has the lock. Where the file system has no locks,
 * nobody is kept out. */
int ls_open_locked(const char *name);

/* That this process alone works on something. A zeroed one is nothing. */
struct ls_lock {
    char *name; /* of the file that is locked, PATH.landscape.lock, cut if it is too long */
    int descriptor;
};

/* Locks `path`, of a file or directory that need not exist, beside what it is or, if it is a
 * symbolic link, names; LS_BUSY if another process has done so. */
enum ls_status ls_lock_take(struct ls_lock *lock, const char *path, struct ls_error *error);
void ls_lock_release(struct ls_lock *lock);

#endif
