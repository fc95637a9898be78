/* Whole files: read at once, written atomically. */
#ifndef LANDSCAPE_BASE_FILE_H
#define LANDSCAPE_BASE_FILE_H

#include "landscape/error.h"
#include <stdbool.h>
#include <stddef.h>

/* Reads the file into *bytes (from malloc, with a zero byte behind the content). Directories,
 * devices, files over `limit` bytes and read errors are refused. */
enum ls_status ls_file_read(const char *path, size_t limit, unsigned char **bytes,
                            size_t *byte_count, struct ls_error *error);

/* A file that is about to replace `path`. */
struct ls_pending_file {
    char *path;      /* the final name */
    char *temporary; /* PATH.landscape.tmp, the name cut if it is too long for that; write here */
    int lock;        /* descriptor that holds a lock on the temporary file */
};

/* Reserves a temporary file beside `path` (created empty, so an unwritable directory fails here).
 * What a killed process left under its name is taken over; if a living one is writing it, LS_BUSY.
 */
enum ls_status ls_pending_open(struct ls_pending_file *file, const char *path,
                               struct ls_error *error);

/* Says that `path` cannot be created, because a file beside it could not, and returns LS_IO.
 * `reason` is the system's (errno): that the directory is not there, or something about `beside`.
 */
enum ls_status ls_fail_beside(struct ls_error *error, const char *path, const char *beside,
                              int reason);

/* Flushes the temporary file to disk and renames it over `path`; frees *file. If anything fails,
 * the temporary file is removed and `path` is as before. */
enum ls_status ls_pending_commit(struct ls_pending_file *file, struct ls_error *error);

/* Removes the temporary file and frees *file. */
void ls_pending_discard(struct ls_pending_file *file);

/* Whether a file can be written to `path`, which leaves no trace. */
enum ls_status ls_file_check(const char *path, struct ls_error *error);

/* Atomically replaces `path` by the bytes. */
enum ls_status ls_file_write(const char *path, const void *bytes, size_t byte_count,
                             struct ls_error *error);

/* *final = the name behind all symbolic links at the end of `path`, from malloc. What it names need
 * not exist. */
enum ls_status ls_follow_links(const char *path, char **final, struct ls_error *error);

/* Whether writing to one path and then to the other would replace the same file, there already or
 * not. */
bool ls_same_file(const char *a, const char *b);

/* Bytes of `path` up to and including its last slash. */
int ls_directory_length(const char *path);

/* The directory that the file called `path` is in, from malloc; NULL without memory. */
char *ls_directory_of(const char *path);

/* The name of a file beside the one called `path`: its name, cut where it would be too long with
 * the ending, and the ending, of 15 bytes at most; from malloc, NULL without memory. */
char *ls_beside(const char *path, const char *ending);

/* Whether the path is that of a directory, or of a link to one. */
bool ls_is_directory(const char *path);

/* Makes the directory and its missing parents. */
enum ls_status ls_make_directory(const char *path, struct ls_error *error);

#endif
