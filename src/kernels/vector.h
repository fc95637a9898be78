/* The compiler's vectors, of LANES floats. */
#ifndef LANDSCAPE_KERNELS_VECTOR_H
#define LANDSCAPE_KERNELS_VECTOR_H

#include <string.h>

/* NAME(f_, LS_ISA): the name of f for the instruction set that is compiled for. */
#define JOIN(a, b)   a##b
#define NAME(f, isa) JOIN(f, isa)

#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(LANES * sizeof(float))));
typedef int mask __attribute__((vector_size(LANES * sizeof(int))));

INLINE vector load(const float *from) {
    vector v;
    memcpy(&v, from, sizeof v);
    return v;
}

INLINE void store(float *to, vector v) {
    memcpy(to, &v, sizeof v);
}

/* The first `count` of a vector, fewer than all; zeros behind them. */
INLINE vector load_some(const float *from, size_t count) {
    vector v = {0};
    memcpy(&v, from, count * sizeof *from);
    return v;
}

INLINE void store_some(float *to, vector v, size_t count) {
    memcpy(to, &v, count * sizeof *to);
}

/* a where `which` is set, else b. */
INLINE vector choose(mask which, vector a, vector b) {
    return (vector)(((mask)a & which) | ((mask)b & ~which));
}

/* max(v, 0), keeping what is not a number. */
INLINE vector rectify(vector v) {
    return (vector)((mask)v & ~(v < (vector){0}));
}

/* v where `gate` is positive, else 0. */
INLINE vector pass(vector v, vector gate) {
    return (vector)((mask)v & (gate > (vector){0}));
}

#endif
