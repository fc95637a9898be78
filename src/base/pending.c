/* Files that replace others atomically: written under a temporary name, then renamed. */
#include "base/file.h"
#include "base/lock.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

static enum ls_status fail_create(struct ls_error *error, const char *path, const char *why) {
    return ls_fail(error, LS_IO, "cannot create %s: %s", path, why);
}

enum ls_status ls_fail_beside(struct ls_error *error, const char *path, const char *beside,
                              int reason) {
    char *directory = ls_directory_of(path);
    const bool missing = reason == ENOENT && ls_directory_length(path) > 0 && directory &&
                         !ls_is_directory(directory);
    if (!missing) {
        fail_create(error, beside, strerror(reason));
    } else {
        directory[strlen(directory) - 1] = 0; /* the slash */
        ls_fail(error, LS_IO, "cannot create %s: there is no directory %s", path, directory);
    }
    free(directory);
    return LS_IO;
}

/* What the symbolic link `path` points to, as a new string; NULL with errno EINVAL if it is no
 * link, ENOENT if there is nothing. */
static char *link_target(const char *path) {
    char target[4096];
    ssize_t length = readlink(path, target, sizeof target);
    if (length < 0)
        return NULL;
    if ((size_t)length == sizeof target) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    int directory = target[0] == '/' ? 0 : ls_directory_length(path);
    return ls_format("%.*s%.*s", directory, path, (int)length, target);
}

enum ls_status ls_follow_links(const char *path, char **final, struct ls_error *error) {
    char *name = ls_format("%s", path);
    if (!name)
        return ls_fail_memory(error, path);
    for (int links = 0; links < MAX_LINKS; links++) {
        char *next = link_target(name);
        if (!next && (errno == EINVAL || errno == ENOENT)) {
            *final = name;
            return LS_OK;
        }
        if (!next) {
            fail_create(error, path, strerror(errno));
            free(name);
            return LS_IO;
        }
        free(name);
        name = next;
    }
    free(name);
    return fail_create(error, path, strerror(ELOOP));
}

/* *mode = the permissions of the file to be replaced, or -1 if there is none. Only a plain file
 * that may be written can be replaced: not a directory, a device or a write-protected result. */
static enum ls_status existing_mode(const char *path, int *mode, struct ls_error *error) {
    struct stat info;
    *mode = -1;
    if (stat(path, &info) != 0)
        return errno == ENOENT ? LS_OK : fail_create(error, path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return fail_create(error, path, "it is a directory");
    if (!S_ISREG(info.st_mode))
        return fail_create(error, path, "it is not a regular file");
    if (access(path, W_OK) != 0)
        return fail_create(error, path, strerror(errno));
    *mode = (int)(info.st_mode & 0777);
    return LS_OK;
}

static enum ls_status create_temporary(struct ls_pending_file *file, int mode,
                                       struct ls_error *error) {
    file->temporary = ls_beside(file->path, ".landscape.tmp");
    if (!file->temporary)
        return ls_fail_memory(error, file->path);
    file->lock = ls_open_locked(file->temporary);
    if (file->lock < 0 && errno == EWOULDBLOCK) {
        /* The name is another's: it must not be removed when this one is released. */
        free(file->temporary);
        file->temporary = NULL;
        return ls_fail(error, LS_BUSY, "cannot create %s: another process is writing it",
                       file->path);
    }
    if (file->lock < 0)
        return ls_fail_beside(error, file->path, file->temporary, errno);
    if (ftruncate(file->lock, 0) == 0 && (mode < 0 || fchmod(file->lock, (mode_t)mode) == 0))
        return LS_OK;
    int reason = errno;
    unlink(file->temporary);
    return fail_create(error, file->temporary, strerror(reason));
}

static void release(struct ls_pending_file *file) {
    if (file->lock >= 0)
        close(file->lock);
    free(file->path);
    free(file->temporary);
    *file = (struct ls_pending_file){.lock = -1};
}

enum ls_status ls_pending_open(struct ls_pending_file *file, const char *path,
                               struct ls_error *error) {
    int mode;
    *file = (struct ls_pending_file){.lock = -1};
    if (path[ls_directory_length(path)] == 0)
        return ls_fail(error, LS_IO, "cannot create '%s': it does not name a file", path);
    /* The file a link names is to be replaced, not the link. */
    enum ls_status status = ls_follow_links(path, &file->path, error);
    if (status == LS_OK)
        status = existing_mode(file->path, &mode, error);
    if (status == LS_OK)
        status = create_temporary(file, mode, error);
    if (status != LS_OK)
        release(file);
    return status;
}

/* Makes the rename itself last. The new content is in place whatever comes of it, and some file
 * systems cannot flush a directory, so a failure here is none of the file's. */
static void sync_directory(const char *path) {
    char *name = ls_directory_of(path);
    int fd = name ? open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(name);
}

enum ls_status ls_pending_commit(struct ls_pending_file *file, struct ls_error *error) {
    int fd = open(file->temporary, O_RDONLY | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd) != 0;
    int reason = errno;
    if (fd >= 0 && close(fd) != 0 && !failed) {
        failed = 1;
        reason = errno;
    }
    if (!failed && rename(file->temporary, file->path) != 0) {
        failed = 1;
        reason = errno;
    }
    if (failed) {
        ls_fail(error, LS_IO, "cannot write %s: %s", file->path, strerror(reason));
        ls_pending_discard(file);
        return LS_IO;
    }
    sync_directory(file->path);
    release(file);
    return LS_OK;
}

void ls_pending_discard(struct ls_pending_file *file) {
    if (file->temporary)
        unlink(file->temporary);
    release(file);
}

enum ls_status ls_file_check(const char *path, struct ls_error *error) {
    struct ls_pending_file file;
    const enum ls_status status = ls_pending_open(&file, path, error);
    if (!status)
        ls_pending_discard(&file);
    return status;
}
