#include "base/lock.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_ATTEMPTS = 1000 };

/* Is the locked file still the one called `name`, not one that its last owner has renamed? */
static bool still_named(int fd, const char *name) {
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(name, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

int ls_open_locked(const char *name) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        int fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd < 0)
            return -1;
        const bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
        int reason = locked ? 0 : errno;
        /* Some file systems have no locks: then nobody is kept out. */
        if (reason != EWOULDBLOCK && reason != EINTR && still_named(fd, name))
            return fd;
        bool taken = reason == EWOULDBLOCK && still_named(fd, name);
        close(fd);
        errno = reason;
        if (taken)
            return -1;
    }
    return -1;
}

enum ls_status ls_lock_take(struct ls_lock *lock, const char *path, struct ls_error *error) {
    char *final;
    *lock = (struct ls_lock){0};
    enum ls_status status = ls_follow_links(path, &final, error);
    if (status)
        return status;
    lock->name = ls_beside(final, ".landscape.lock");
    if (!lock->name)
        status = ls_fail_memory(error, path);
    else if ((lock->descriptor = ls_open_locked(lock->name)) < 0)
        status = errno == EWOULDBLOCK
                     ? ls_fail(error, LS_BUSY, "another process is at work on %s", path)
                     : ls_fail_beside(error, final, lock->name, errno);
    free(final);
    if (status) {
        free(lock->name);
        *lock = (struct ls_lock){0};
    }
    return status;
}

void ls_lock_release(struct ls_lock *lock) {
    if (!lock->name)
        return;
    unlink(lock->name);
    close(lock->descriptor);
    free(lock->name);
    *lock = (struct ls_lock){0};
}
