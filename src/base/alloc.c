#include "base/alloc.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *ls_alloc(size_t count, size_t size) {
    if (size && count > (SIZE_MAX - LS_ALIGNMENT) / size)
        return NULL;
    size_t bytes = ls_align_bytes(count * size);
    if (bytes == 0)
        bytes = LS_ALIGNMENT;
    void *memory = aligned_alloc(LS_ALIGNMENT, bytes);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

void *ls_grow(void *array, int count, int more, size_t size) {
    size_t capacity = 64;
    while (capacity < (size_t)count + (size_t)more)
        capacity *= 2;
    return realloc(array, capacity * size);
}

size_t ls_align_bytes(size_t count) {
    return (count + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

size_t ls_align_floats(size_t count) {
    return ls_align_bytes(count * sizeof(float)) / sizeof(float);
}
