/* Whole files and directories. */
#include "base/file.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ls_status fail_errno(struct ls_error *error, const char *action, const char *path) {
    return ls_fail(error, LS_IO, "cannot %s %s: %s", action, path, strerror(errno));
}

static enum ls_status fail_size(struct ls_error *error, const char *path, size_t size,
                                size_t limit) {
    return ls_fail(error, LS_BAD_FILE, "%s: %zu bytes or more, but at most %zu are read", path,
                   size, limit);
}

/* Reads from `fd` to its end, whatever kind of file it is. The buffer has room for `expected`
 * bytes, the byte that would follow them and the zero behind the content; it grows if that was too
 * little. */
static enum ls_status read_all(int fd, const char *path, size_t expected, size_t limit,
                               unsigned char **bytes, size_t *byte_count, struct ls_error *error) {
    size_t capacity = expected + 2;
    enum ls_status status = LS_OK;
    unsigned char *buffer = malloc(capacity);
    if (!buffer)
        return ls_fail_memory(error, path);
    ssize_t got = 1;
    *byte_count = 0;
    while (status == LS_OK && got != 0) {
        got = read(fd, buffer + *byte_count, capacity - 1 - *byte_count);
        if (got < 0 && errno != EINTR)
            status = fail_errno(error, "read", path);
        if (got > 0)
            *byte_count += (size_t)got;
        if (*byte_count > limit)
            status = fail_size(error, path, *byte_count, limit);
        if (status == LS_OK && *byte_count == capacity - 1) {
            unsigned char *larger = realloc(buffer, capacity * 2);
            if (!larger)
                status = ls_fail_memory(error, path);
            else
                buffer = larger;
            capacity *= 2;
        }
    }
    if (status != LS_OK) {
        free(buffer);
        return status;
    }
    buffer[*byte_count] = 0;
    *bytes = buffer;
    return LS_OK;
}

enum ls_status ls_file_read(const char *path, size_t limit, unsigned char **bytes,
                            size_t *byte_count, struct ls_error *error) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(error, "open", path);
    struct stat info;
    enum ls_status status;
    if (fstat(fd, &info) != 0)
        status = fail_errno(error, "read", path);
    else if (S_ISDIR(info.st_mode))
        status = ls_fail(error, LS_IO, "cannot read %s: it is a directory", path);
    else if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) /* some never end */
        status = ls_fail(error, LS_IO, "cannot read %s: it is a device", path);
    else if (info.st_size > 0 && (size_t)info.st_size > limit)
        status = fail_size(error, path, (size_t)info.st_size, limit);
    else
        status = read_all(fd, path, (size_t)info.st_size, limit, bytes, byte_count, error);
    close(fd);
    return status;
}

static bool write_all(int fd, const unsigned char *bytes, size_t byte_count) {
    while (byte_count > 0) {
        ssize_t written = write(fd, bytes, byte_count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        byte_count -= (size_t)written;
    }
    return true;
}

enum ls_status ls_file_write(const char *path, const void *bytes, size_t byte_count,
                             struct ls_error *error) {
    struct ls_pending_file file;
    enum ls_status status = ls_pending_open(&file, path, error);
    if (status != LS_OK)
        return status;
    int fd = open(file.temporary, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        status = fail_errno(error, "open", file.temporary);
    } else {
        if (!write_all(fd, bytes, byte_count))
            status = fail_errno(error, "write", path);
        if (close(fd) != 0 && status == LS_OK)
            status = fail_errno(error, "write", path);
    }
    if (status == LS_OK)
        return ls_pending_commit(&file, error);
    ls_pending_discard(&file);
    return status;
}

int ls_directory_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash + 1 - path) : 0;
}

char *ls_directory_of(const char *path) {
    const int length = ls_directory_length(path);
    return length ? ls_format("%.*s", length, path) : ls_format(".");
}

char *ls_beside(const char *path, const char *ending) {
    enum { MAX_STEM = 240 }; /* of the 255 bytes that names have */
    const int directory = ls_directory_length(path);
    return ls_format("%.*s%.*s%s", directory, path, MAX_STEM, path + directory, ending);
}

bool ls_is_directory(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* A directory that exists already is what the caller wants. */
static bool make_one(const char *path) {
    if (mkdir(path, 0777) == 0)
        return true;
    int reason = errno;
    if (ls_is_directory(path))
        return true;
    errno = reason == EEXIST ? ENOTDIR : reason;
    return false;
}

enum ls_status ls_make_directory(const char *path, struct ls_error *error) {
    char *prefix = ls_format("%s", path);
    if (!prefix)
        return ls_fail_memory(error, path);
    enum ls_status status = LS_OK;
    for (char *slash = strchr(prefix, '/'); slash && status == LS_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (slash > prefix && !make_one(prefix))
            status = fail_errno(error, "make directory", prefix);
        *slash = '/';
    }
    if (status == LS_OK && !make_one(prefix))
        status = fail_errno(error, "make directory", prefix);
    free(prefix);
    return status;
}
