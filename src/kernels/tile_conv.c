/* The convolution in the compiler's vectors, for machines without matrix tiles. Compiled once for
 * each instruction set, with LANES floats a vector and TILE vectors of sums. */
#include "kernels/tile_conv.h"
#include "kernels/bfloat.h"
#include "kernels/vector.h"
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif
#include <string.h>

enum {
    VECTORS = LS_TILE_COLUMNS / LANES,
    ROWS = TILE / VECTORS, /* pixels whose sums fit the registers */
    LITTLE_ENDIAN_CPU = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
};

/* sum + a[0] * b[0] + a[1] * b[1] in each lane, of pairs of neighbouring bfloat16. */
#ifdef __AVX512BF16__
INLINE vector add_products(vector sum, mask a, mask b) {
    return (vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
}
#else
INLINE vector first_of(mask pair) {
    return (vector)(LITTLE_ENDIAN_CPU ? pair << 16 : pair & -0x10000);
}

INLINE vector second_of(mask pair) {
    return (vector)(LITTLE_ENDIAN_CPU ? pair & -0x10000 : pair << 16);
}

INLINE vector add_products(vector sum, mask a, mask b) {
    sum += first_of(a) * first_of(b);
    return sum + second_of(a) * second_of(b);
}
#endif

/* sums[rows][16] = the products of the windows of `rows` pixels, `row` bytes apart, with one tile
 * of channels. */
INLINE void multiply(const struct ls_tile_conv *conv, const int *offset, const uint16_t *weight,
                     const char *window, size_t row, const int rows, float *sums) {
    vector sum[ROWS][VECTORS];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < VECTORS; v++)
            sum[r][v] = (vector){0};
    for (int s = 0; s < conv->steps; s++) {
        const char *value = window + offset[s];
        for (int pair = 0; pair < LS_TILE_DEPTH / 2; pair++, value += sizeof(int)) {
            mask w[VECTORS];
#pragma GCC unroll 4
            for (int v = 0; v < VECTORS; v++, weight += 2 * LANES)
                memcpy(&w[v], weight, sizeof w[v]);
#pragma GCC unroll 16
            for (int r = 0; r < rows; r++) {
                /* As floats: compilers would move the halves of whole numbers one by one. */
                float both;
                memcpy(&both, value + (size_t)r * row, sizeof both);
                const mask x = (mask)(both - (vector){0});
#pragma GCC unroll 4
                for (int v = 0; v < VECTORS; v++)
                    sum[r][v] = add_products(sum[r][v], x, w[v]);
            }
        }
    }
    memcpy(sums, sum, (size_t)rows * sizeof *sum);
}

/* value[16] += the bfloat16 at x. */
INLINE void add_bfloats(float *value, const uint16_t *x) {
    for (int c = 0; c < LS_TILE_COLUMNS; c++)
        value[c] += ls_float_of(x[c]);
}

/* One tile of channels of one output pixel, value[16]. Rounded in arrays of its own: y might be the
 * residual, for all the compiler knows, and the loops would not become vectors. */
INLINE void finish(const struct ls_tile_conv *conv, float *value, const float *bias,
                   const uint16_t *residual, bool relu, uint16_t *y) {
    uint16_t high[LS_TILE_COLUMNS], low[LS_TILE_COLUMNS];
    for (int c = 0; c < LS_TILE_COLUMNS; c++)
        value[c] += bias[c];
    if (residual)
        add_bfloats(value, residual);
    if (residual && conv->y.parts == 2)
        add_bfloats(value, residual + conv->y.stride);
    for (int c = 0; relu && c < LS_TILE_COLUMNS; c++)
        value[c] = value[c] < 0 ? 0 : value[c];
    for (int c = 0; c < LS_TILE_COLUMNS; c++)
        high[c] = ls_bfloat_of(value[c]);
    memcpy(y, high, sizeof high);
    if (conv->y.parts == 1)
        return;
    for (int c = 0; c < LS_TILE_COLUMNS; c++)
        low[c] = ls_bfloat_rest(value[c], high[c]);
    memcpy(y + conv->y.stride, low, sizeof low);
}

/* A convolution at work on one tile of channels. */
struct job {
    const struct ls_tile_conv *conv;
    const int *offset;
    const uint16_t *weight;
    const float *bias;
    const char *x, *residual;
    char *y;
    bool relu;
};

/* Rows first .. first+rows-1 of a tile of pixels. */
INLINE void run_rows(const struct job *job, const struct ls_tile_spot *spot, int first,
                     const int rows) {
    const struct ls_tile_walk *walk = &job->conv->walk;
    float sums[ROWS * LS_TILE_COLUMNS];
    multiply(job->conv, job->offset, job->weight, job->x + spot->x + (size_t)first * walk->x_row,
             walk->x_row, rows, sums);
    for (int r = 0; r < rows; r++) {
        const size_t at = (size_t)(first + r) * walk->y_row;
        finish(job->conv, sums + r * LS_TILE_COLUMNS, job->bias,
               job->residual ? (const uint16_t *)(job->residual + spot->residual + at) : NULL,
               job->relu, (uint16_t *)(job->y + spot->y + at));
    }
}

static void run(const struct job *job, const struct ls_tile_spot *spot) {
    int first = 0;
    for (; first + ROWS <= job->conv->walk.rows; first += ROWS)
        run_rows(job, spot, first, ROWS);
    for (; first < job->conv->walk.rows; first++)
        run_rows(job, spot, first, 1);
}

static void forward(const struct ls_tile_conv *conv, void *packed, const void *x,
                    const void *residual, bool relu, void *y) {
    const struct ls_tile_weights w = ls_tile_weights_of(conv, packed);
    for (int column = 0; column < w.columns; column++) {
        const size_t at = (size_t)column * LS_TILE_COLUMNS;
        const struct job job = {
            .conv = conv,
            .offset = w.offset,
            .weight = w.weight + at * conv->steps * LS_TILE_DEPTH,
            .bias = w.bias + at,
            .x = x,
            .residual = residual ? (const char *)residual + at * sizeof(uint16_t) : NULL,
            .y = (char *)y + at * sizeof(uint16_t),
            .relu = relu};
        for (int t = 0; t < conv->walk.tiles; t++)
            run(&job, &w.spot[t]);
    }
    ls_tiles_clear_border(&conv->y, conv->images, y);
}

extern const struct ls_tile_kernels NAME(ls_tile_kernels_, LS_ISA);
const struct ls_tile_kernels NAME(ls_tile_kernels_, LS_ISA) = {"vectors", false, forward,
                                                               ls_tile_weight_grad_portable};
