/* Numbers from columns of a CSV file with a header. */
#ifndef LANDSCAPE_RENDER_COLUMNS_H
#define LANDSCAPE_RENDER_COLUMNS_H

#include "landscape/error.h"

enum { LS_MAX_COLUMNS = 4 };

struct ls_columns {
    int count;                      /* lines behind the header */
    double *values[LS_MAX_COLUMNS]; /* [count] of each column that was asked for; owned */
    int *lines;                     /* [count] where they stand in the file, from 1; owned */
};

/* Reads the columns that names[wanted] call, wherever they stand; others are allowed, but every
 * line must have as many fields as the header, all of them numbers, and there must be one. Messages
 * name file and line; `kind` is what to call the file, and `header` how it should begin. Free with
 * ls_columns_free. */
enum ls_status ls_columns_read(struct ls_columns *columns, const char *path,
                               const char *const *names, int wanted, const char *kind,
                               const char *header, struct ls_error *error);
void ls_columns_free(struct ls_columns *columns);

#endif
