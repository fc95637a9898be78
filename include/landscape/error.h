/* Errors are values: a function that can fail returns a status and writes one sentence for people,
 * who use the program: it speaks of the program's options where these decide.
 *
 * What a function was to fill can be freed after it has failed, too, and more than once. Functions
 * may run at the same time in several threads on different objects and files. Numbers are read and
 * written as text with a decimal point: where a host program has set another locale for LC_NUMERIC,
 * what would do so is LS_UNSUPPORTED. */
#ifndef LANDSCAPE_ERROR_H
#define LANDSCAPE_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

enum ls_status {
    LS_OK = 0,
    LS_BAD_ARGUMENT, /* the caller asked for something that makes no sense */
    LS_BAD_FILE,     /* a file's content is not what its format demands */
    LS_IO,           /* the operating system refused to open, read, write or rename */
    LS_NO_MEMORY,
    LS_MISMATCH,    /* two things that must fit together do not: a checkpoint and a network, say */
    LS_NOT_FINITE,  /* a loss or a weight is infinite or not a number */
    LS_INTERRUPTED, /* the observer asked to stop; what was done so far is on disk */
    LS_UNSUPPORTED, /* this build or this machine cannot do it */
    LS_BUSY,        /* another process is writing the file */
};

/* What went wrong. Functions that take one accept NULL from callers who need only the status. */
struct ls_error {
    enum ls_status status;
    char message[1024]; /* a sentence without a trailing newline: where, what, and what to do */
};

/* Fills *error (if not NULL) from a printf format and returns `status`, so that callers can write
 * `return ls_fail(error, LS_BAD_FILE, "%s: ...", path, ...);`. */
enum ls_status ls_fail(struct ls_error *error, enum ls_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As ls_fail with LS_NO_MEMORY and a standard message that names `what` was to be allocated. */
enum ls_status ls_fail_memory(struct ls_error *error, const char *what);

#ifdef __cplusplus
}
#endif

#endif
