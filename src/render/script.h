/* Text that grows: a gnuplot script, a CSV file, a mesh, a page. */
#ifndef LANDSCAPE_RENDER_SCRIPT_H
#define LANDSCAPE_RENDER_SCRIPT_H

#include "landscape/error.h"
#include <stdbool.h>
#include <stddef.h>

/* A zeroed struct is an empty text. When memory runs out the text stays as it was and `failed` says
 * so: whoever uses the text asks once, at the end. */
struct ls_script {
    char *text; /* [length], zero-terminated; owned; NULL while nothing was added */
    size_t length, capacity;
    bool failed;
};

/* Appends printf-formatted text. */
void ls_script_add(struct ls_script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends the number by as few digits as read back as the same. */
void ls_script_number(struct ls_script *script, double number);

/* Appends `text` as a gnuplot string that shows just this text, whatever is in it: quoted, with the
 * special characters of enhanced text escaped and what is no printable UTF-8 replaced. */
void ls_script_quote(struct ls_script *script, const char *text);

/* Appends the line NAME = 'text'. */
void ls_script_string(struct ls_script *script, const char *name, const char *text);

/* Appends the first line of a block that gnuplot reads as a nonuniform matrix: the x coordinates of
 * its `count` columns, from `first` on. Every other line begins with its y coordinate. (Coordinates
 * that gnuplot computes itself take it ten times as long.) */
void ls_script_columns(struct ls_script *script, double first, double step, int count);

/* Atomically replaces `path` by the text, and frees it, whatever happens. */
enum ls_status ls_script_write(struct ls_script *script, const char *path, struct ls_error *error);

void ls_script_free(struct ls_script *script);

#endif
