/* gnuplot reads its script from a nameless file and complains into a socket; the picture goes
 * straight to a file through its standard output. No shell and no file name is part of the script.
 */
#include "render/gnuplot.h"
#include "base/file.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A running gnuplot. */
struct child {
    pid_t pid;
    int complaints;      /* our end of its standard error */
    char said[4096 + 1]; /* the latest of what it complained, zero-terminated */
};

/* posix_spawnp's error number. */
static int spawn(pid_t *pid, int input, int complaints, const char *output) {
    posix_spawn_file_actions_t actions;
    int status = posix_spawn_file_actions_init(&actions);
    if (status != 0)
        return status;
    status = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (status == 0)
        status = posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    if (status == 0)
        status = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output,
                                                  O_WRONLY | O_TRUNC, 0666);
    /* Named, its standard input is read in blocks, not byte by byte. */
    char *const arguments[] = {"gnuplot", "--default-settings", "/dev/stdin", NULL};
    if (status == 0)
        status = posix_spawnp(pid, "gnuplot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

/* A file with the script, at its beginning; its name, `beside` and more, is gone already. */
static FILE *script_file(const struct ls_script *script, const char *beside,
                         struct ls_error *error) {
    char *path = ls_format("%s.gp", beside);
    if (!path) {
        ls_fail_memory(error, "gnuplot's script");
        return NULL;
    }
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    const bool written = file && unlink(path) == 0 &&
                         fwrite(script->text, 1, script->length, file) == script->length &&
                         fflush(file) == 0 && fseek(file, 0, SEEK_SET) == 0;
    if (!written)
        ls_fail(error, LS_IO, "cannot write %s: %s", path, strerror(errno));
    free(path);
    if (written)
        return file;
    if (file)
        fclose(file);
    else if (fd >= 0)
        close(fd);
    return NULL;
}

static enum ls_status start(struct child *child, const struct ls_script *script, const char *output,
                            struct ls_error *error) {
    int complaints[2];
    FILE *input = script_file(script, output, error);
    if (!input)
        return LS_IO;
    /* Not a pipe: only a socket is closed in programs that other threads start meanwhile. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, complaints) != 0) {
        fclose(input);
        return ls_fail(error, LS_IO, "cannot start gnuplot: %s", strerror(errno));
    }
    int status = spawn(&child->pid, fileno(input), complaints[1], output);
    fclose(input);
    close(complaints[1]);
    if (status != 0) {
        close(complaints[0]);
        if (status == ENOENT)
            return ls_fail(error, LS_UNSUPPORTED,
                           "gnuplot is not installed: run 'make deps' or 'apt-get install "
                           "gnuplot-nox'");
        return ls_fail(error, LS_IO, "cannot start gnuplot: %s", strerror(status));
    }
    child->complaints = complaints[0];
    child->said[0] = 0;
    return LS_OK;
}

/* Keeps the last half of a long complaint. Returns false at its end. */
static bool listen_to(struct child *child) {
    size_t length = strlen(child->said), limit = sizeof child->said - 1;
    if (length == limit) {
        memmove(child->said, child->said + limit / 2, limit - limit / 2 + 1);
        length = limit - limit / 2;
    }
    ssize_t count = read(child->complaints, child->said + length, limit - length);
    if (count > 0)
        child->said[length + (size_t)count] = 0;
    return count > 0 || (count < 0 && errno == EINTR);
}

/* The last line of `text` that says something; cuts the text off behind it. */
static const char *last_line(char *text) {
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        text[--length] = 0;
    const char *line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    return line + strspn(line, " \t");
}

static const char pdf_ending[] = "%%EOF";

/* What the file ends with as a picture does, or NULL: when a disk is full, gnuplot loses the rest
 * in silence. */
static const char *ending_of(const char *path) {
    static const char *const endings[] = {"</svg>", "IEND", pdf_ending};
    char tail[12];
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    const bool known = fseek(file, -(long)sizeof tail, SEEK_END) == 0 &&
                       fread(tail, 1, sizeof tail, file) == sizeof tail;
    fclose(file);
    for (size_t i = 0; known && i < sizeof endings / sizeof *endings; i++)
        for (size_t at = 0; at + strlen(endings[i]) <= sizeof tail; at++)
            if (memcmp(tail + at, endings[i], strlen(endings[i])) == 0)
                return endings[i];
    return NULL;
}

/* Blanks bytes of the file, the first of them at `at`. */
static bool blank(const char *path, size_t at, size_t count) {
    FILE *file = fopen(path, "r+b");
    if (!file)
        return false;
    bool good = fseek(file, (long)at, SEEK_SET) == 0;
    while (good && count-- > 0)
        good = putc(' ', file) != EOF;
    return fclose(file) == 0 && good;
}

/* Takes the time out of a PDF, so that the same surface gives the same bytes. Cairo up to 1.16
 * writes it in plain text; of later ones, which compress it, it stays. */
static enum ls_status remove_date(const char *path, struct ls_error *error) {
    static const char key[] = "/CreationDate (";
    unsigned char *bytes;
    size_t count;
    enum ls_status status = ls_file_read(path, LONG_MAX, &bytes, &count, error);
    if (status != LS_OK)
        return status;
    for (size_t at = count > strlen(key) ? count - strlen(key) : 0; at > 0; at--) {
        if (memcmp(bytes + at, key, strlen(key)) != 0)
            continue;
        const unsigned char *end = memchr(bytes + at, ')', count - at);
        if (end && !blank(path, at, (size_t)(end + 1 - bytes) - at))
            status = ls_fail(error, LS_IO, "cannot write %s: %s", path, strerror(errno));
        break;
    }
    free(bytes);
    return status;
}

static enum ls_status check(struct child *child, const struct ls_pending_file *file,
                            struct ls_error *error) {
    int status;
    while (waitpid(child->pid, &status, 0) < 0)
        if (errno != EINTR)
            return ls_fail(error, LS_IO, "lost sight of gnuplot: %s", strerror(errno));
    const char *said = last_line(child->said);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return ls_fail(error, LS_IO, "gnuplot failed: %s", *said ? said : "it did not say why");
    struct stat info;
    if (stat(file->temporary, &info) != 0 || info.st_size == 0)
        return ls_fail(error, LS_IO, "gnuplot drew nothing: %s", *said ? said : "it said nothing");
    const char *ending = ending_of(file->temporary);
    if (!ending)
        return ls_fail(error, LS_IO,
                       "cannot write %s: gnuplot left it unfinished; is the disk full?",
                       file->path);
    return ending == pdf_ending ? remove_date(file->temporary, error) : LS_OK;
}

enum ls_status ls_gnuplot_run(const struct ls_script *script, const char *path,
                              struct ls_error *error) {
    if (script->failed || !script->text)
        return ls_fail_memory(error, path);
    struct ls_pending_file file;
    struct child child;
    enum ls_status status = ls_pending_open(&file, path, error);
    if (status != LS_OK)
        return status;
    status = start(&child, script, file.temporary, error);
    if (status == LS_OK) {
        while (listen_to(&child))
            continue;
        close(child.complaints);
        status = check(&child, &file, error);
    }
    if (status == LS_OK)
        return ls_pending_commit(&file, error);
    ls_pending_discard(&file);
    return status;
}
