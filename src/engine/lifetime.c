#include "engine/lifetime.h"
#include "base/alloc.h"
#include <stdbool.h>

static bool used(const struct ls_lifetime *buffer) {
    return buffer->size > 0 && buffer->first <= buffer->last;
}

static bool alive_together(const struct ls_lifetime *a, const struct ls_lifetime *b) {
    return a->first <= b->last && b->first <= a->last;
}

/* Whether buffer i is placed before buffer j: by size, then by index. */
static bool before(const struct ls_lifetime *buffers, int i, int j) {
    return buffers[i].size > buffers[j].size || (i < j && buffers[i].size == buffers[j].size);
}

/* The next buffer in the order of `before` behind `current` (-1: the first), or -1. */
static int next(const struct ls_lifetime *buffers, int count, int current) {
    int best = -1;
    for (int i = 0; i < count; i++)
        if (used(&buffers[i]) && (current < 0 || before(buffers, current, i)) &&
            (best < 0 || before(buffers, i, best)))
            best = i;
    return best;
}

/* The lowest offset at which buffer i meets none of the buffers placed before it. */
static size_t lowest_offset(const struct ls_lifetime *buffers, int count, int i) {
    size_t offset = 0;
    for (int j = 0; j < count; j++) {
        const struct ls_lifetime *other = &buffers[j];
        bool meets = used(other) && before(buffers, j, i) && alive_together(other, &buffers[i]) &&
                     other->offset < offset + ls_align_floats(buffers[i].size) &&
                     offset < other->offset + ls_align_floats(other->size);
        if (meets) {
            offset = other->offset + ls_align_floats(other->size);
            j = -1; /* the new offset may meet an earlier one */
        }
    }
    return offset;
}

size_t ls_plan_memory(struct ls_lifetime *buffers, int count) {
    size_t total = 0;
    for (int i = next(buffers, count, -1); i >= 0; i = next(buffers, count, i)) {
        buffers[i].offset = lowest_offset(buffers, count, i);
        size_t end = buffers[i].offset + ls_align_floats(buffers[i].size);
        total = end > total ? end : total;
    }
    return total;
}
