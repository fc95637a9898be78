#include "base/extent.h"
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

bool ls_extent_equal(const struct ls_extent *a, const struct ls_extent *b) {
    bool same = a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++)
        same = a->size[i] == b->size[i];
    return same;
}

struct ls_extent_text ls_extent_text(const struct ls_extent *extent) {
    struct ls_extent_text out = {"["};
    size_t used = 1;
    for (int i = 0; i < extent->rank; i++)
        used += (size_t)snprintf(out.text + used, sizeof out.text - used, "%s%" PRId64,
                                 i ? ", " : "", extent->size[i]);
    snprintf(out.text + used, sizeof out.text - used, "]");
    return out;
}
