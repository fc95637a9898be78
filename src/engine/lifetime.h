/* Memory planned by lifetime: buffers that are never alive together share addresses. */
#ifndef LANDSCAPE_ENGINE_LIFETIME_H
#define LANDSCAPE_ENGINE_LIFETIME_H

#include <stddef.h>

/* A buffer alive from step `first` to step `last`, both included; first > last: never used. */
struct ls_lifetime {
    size_t size; /* floats */
    int first, last;
    size_t offset; /* floats, a multiple of a cache line; set by ls_plan_memory */
};

/* Places every buffer at the lowest offset free during its life, larger buffers first, and returns
 * the floats needed in all. */
size_t ls_plan_memory(struct ls_lifetime *buffers, int count);

#endif
