/* The extent of an array in a file, for comparing and for messages. */
#ifndef LANDSCAPE_BASE_EXTENT_H
#define LANDSCAPE_BASE_EXTENT_H

#include <stdbool.h>
#include <stdint.h>

enum { LS_MAX_EXTENT_RANK = 8 };

struct ls_extent {
    int rank; /* 0: a single value */
    int64_t size[LS_MAX_EXTENT_RANK];
};

/* "[16, 3, 3, 3]" */
struct ls_extent_text {
    char text[256];
};

bool ls_extent_equal(const struct ls_extent *a, const struct ls_extent *b);
struct ls_extent_text ls_extent_text(const struct ls_extent *extent);

#endif
