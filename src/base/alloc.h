/* Memory for arrays of numbers: aligned to cache lines, sizes checked for overflow. */
#ifndef LANDSCAPE_BASE_ALLOC_H
#define LANDSCAPE_BASE_ALLOC_H

#include <stddef.h>

enum { LS_ALIGNMENT = 64 };

/* `count` zeroed elements of `size` bytes, aligned to LS_ALIGNMENT; NULL without memory. Free with
 * free(). */
void *ls_alloc(size_t count, size_t size);

/* Makes room for `more` elements of `size` bytes behind `count` in an array from malloc, which only
 * ever grows by doubling, NULL before the first; NULL without memory, when `array` is as before. */
void *ls_grow(void *array, int count, int more, size_t size);

/* `count` floats, or bytes, rounded up so that what follows is aligned again. */
size_t ls_align_bytes(size_t count);
size_t ls_align_floats(size_t count);

#endif
