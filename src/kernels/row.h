/* Vectors of rows that may end in the middle of one. */
#ifndef LANDSCAPE_KERNELS_ROW_H
#define LANDSCAPE_KERNELS_ROW_H

#include "kernels/vector.h"

/* Numbers i .. i+LANES-1 of `count`, of which zeros stand behind the last. */
INLINE vector get(const float *x, size_t i, size_t count) {
    return i + LANES <= count ? load(x + i) : load_some(x + i, count - i);
}

INLINE void put(float *y, size_t i, size_t count, vector v) {
    if (i + LANES <= count)
        store(y + i, v);
    else
        store_some(y + i, v, count - i);
}

INLINE float sum_of(vector v) {
    float part[LANES];
    store(part, v);
#pragma GCC unroll 4
    for (int half = LANES / 2; half > 0; half /= 2)
#pragma GCC unroll 8
        for (int i = 0; i < half; i++)
            part[i] += part[i + half];
    return part[0];
}

#endif
