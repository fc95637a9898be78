/* Sums of outer products, which gradients of weights are. For code compiled once for each
 * instruction set. */
#ifndef LANDSCAPE_KERNELS_OUTER_H
#define LANDSCAPE_KERNELS_OUTER_H

#include "kernels/vector.h"

/* Pairs of vectors that stand in `height` lines of `width`, a line of x `line` floats from the
 * next, neighbours `x_step` and `g_step` apart; the lines of g follow one another. */
struct pairs {
    const float *x, *g;
    int height, width;
    size_t line, x_step, g_step;
};

/* sums[rows][vectors * LANES] += x[rows] g[vectors * LANES] over all pairs, a row of sums `out`
 * floats from the next. The sums stay in registers meanwhile. */
INLINE void add_outer_products(const int rows, const int vectors, struct pairs pairs, float *sums,
                               size_t out) {
    vector sum[TILE][2];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            sum[r][v] = load(sums + (size_t)r * out + v * LANES);
    for (int y = 0; y < pairs.height; y++) {
        const float *x = pairs.x + (size_t)y * pairs.line;
        for (int i = 0; i < pairs.width; i++, x += pairs.x_step, pairs.g += pairs.g_step) {
            vector g[2];
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++)
                g[v] = load(pairs.g + v * LANES);
#pragma GCC unroll 16
            for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
                for (int v = 0; v < vectors; v++)
                    sum[r][v] += x[r] * g[v];
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            store(sums + (size_t)r * out + v * LANES, sum[r][v]);
}

/* The same for any number of rows, `rows` at a time and then one by one. */
INLINE void add_outer_rows(const int rows, const int vectors, struct pairs pairs, int count,
                           float *sums, size_t out) {
    int i = 0;
    for (; i + rows <= count; i += rows, pairs.x += rows)
        add_outer_products(rows, vectors, pairs, sums + (size_t)i * out, out);
    for (; i < count; i++, pairs.x++)
        add_outer_products(1, vectors, pairs, sums + (size_t)i * out, out);
}

#endif
