/* Convolution on AMX tiles: a block of four tiles of sums stays in registers while the steps of the
 * window go by. Finished sums leave through a buffer; bias, residual and ReLU are applied to them
 * in AVX-512 between the next block's multiplications, so that both units of the CPU stay busy. */
#include "kernels/tile_conv.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))

enum {
    LINE = 64,
    BLOCK = 4,                                                         /* tiles of sums */
    TILE_FLOATS = LS_TILE_ROWS * LS_TILE_COLUMNS,                      /* of sums */
    WEIGHT_BYTES = LS_TILE_DEPTH * LS_TILE_COLUMNS * sizeof(uint16_t), /* of a step */
    CHUNK = 4,                                                         /* rows finished at once */
    CHUNKS = BLOCK * LS_TILE_ROWS / CHUNK
};

/* The operand of LDTILECFG. */
struct configuration {
    uint8_t palette, start_row, reserved[14];
    uint16_t column_bytes[16];
    uint8_t rows[16];
};

/* A convolution at work. */
struct job {
    struct ls_tile_weights weights;
    int steps;
    const char *x, *residual;
    char *y;
    size_t x_row, y_row, low; /* bytes to the next row, and to a value's low part */
    int rows;
    __m512 floor; /* what values are at least */
};

/* A block of sums[4][16][16] that still has to be written to y: 4 tiles of pixels by 1 of channels,
 * or 2 by 2, [channels][pixels]. */
struct block {
    const struct ls_tile_spot *spot;
    int column, pixels; /* the first tile of channels; tiles of pixels */
    const float *sums;
};

/* Tiles 0-3 hold sums, 4 and 5 pixels, 6 and 7 weights. */
static void configure(int rows) {
    struct configuration c = {.palette = 1};
    for (int t = 0; t < 8; t++) {
        c.column_bytes[t] = LINE;
        c.rows[t] = (uint8_t)(t < 6 ? rows : LS_TILE_DEPTH / 2);
    }
    _tile_loadconfig(&c);
}

INLINE __m512 floats_of(__m256i bfloats) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bfloats), 16));
}

INLINE __m512 load(const char *from) {
    return floats_of(_mm256_loadu_si256((const __m256i *)from));
}

/* Stores what rounding to `high` lost of the value; 0 where that is not finite. */
INLINE void store_low(char *to, __m512 value, __m256i high) {
    const __m512 rest = _mm512_sub_ps(value, floats_of(high));
    const __mmask16 finite = _mm512_cmp_ps_mask(_mm512_sub_ps(rest, rest), rest, _CMP_ORD_Q);
    _mm256_storeu_si256((__m256i *)to,
                        (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_mov_ps(finite, rest)));
}

/* Writes a chunk of a block's rows to y. */
INLINE void finish_chunk(const struct job *job, const struct block *block, int chunk,
                         const int parts, const bool add) {
    const int tile = chunk / (CHUNKS / BLOCK), first = chunk % (CHUNKS / BLOCK) * CHUNK;
    const struct ls_tile_spot *spot = &block->spot[tile % block->pixels];
    const int column = block->column + tile / block->pixels;
    const size_t at = (size_t)column * LS_TILE_COLUMNS * sizeof(uint16_t) + first * job->y_row;
    const __m512 bias = _mm512_loadu_ps(job->weights.bias + column * LS_TILE_COLUMNS);
    const float *sums = block->sums + tile * TILE_FLOATS + first * LS_TILE_COLUMNS;
    const char *residual = add ? job->residual + spot->residual + at : NULL;
    char *y = job->y + spot->y + at;
    if (first >= job->rows)
        return;
#pragma GCC unroll 4
    for (int r = 0; r < CHUNK; r++) {
        if (first + r >= job->rows)
            break;
        __m512 value = _mm512_add_ps(_mm512_load_ps(sums + r * LS_TILE_COLUMNS), bias);
        if (add)
            value = _mm512_add_ps(value, load(residual + r * job->y_row));
        if (add && parts == 2)
            value = _mm512_add_ps(value, load(residual + r * job->y_row + job->low));
        value = _mm512_max_ps(job->floor, value); /* the second where one is not a number */
        const __m256i high = (__m256i)_mm512_cvtneps_pbh(value);
        _mm256_storeu_si256((__m256i *)(y + r * job->y_row), high);
        if (parts == 2)
            store_low(y + r * job->y_row + job->low, value, high);
    }
}

INLINE void store_sums(float *sums) {
    _tile_stored(0, sums, LINE);
    _tile_stored(1, sums + TILE_FLOATS, LINE);
    _tile_stored(2, sums + 2 * TILE_FLOATS, LINE);
    _tile_stored(3, sums + 3 * TILE_FLOATS, LINE);
}

INLINE void clear_sums(void) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

/* One step of a block of 4 tiles of pixels by 1 of channels. */
INLINE void step_4x1(const char *x, size_t row, const struct ls_tile_spot *spot, const char *w) {
    _tile_loadd(6, w, LINE);
    _tile_loadd(4, x + spot[0].x, row);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, x + spot[1].x, row);
    _tile_dpbf16ps(1, 5, 6);
    _tile_loadd(4, x + spot[2].x, row);
    _tile_dpbf16ps(2, 4, 6);
    _tile_loadd(5, x + spot[3].x, row);
    _tile_dpbf16ps(3, 5, 6);
}

/* One step of a block of 2 tiles of pixels by 2 of channels. */
INLINE void step_2x2(const char *x, size_t row, const struct ls_tile_spot *spot, const char *w,
                     size_t next) {
    _tile_loadd(6, w, LINE);
    _tile_loadd(4, x + spot[0].x, row);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, x + spot[1].x, row);
    _tile_dpbf16ps(1, 5, 6);
    _tile_loadd(7, w + next, LINE);
    _tile_dpbf16ps(2, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
}

/* sums = the block's products, while the block before it is finished chunk by chunk. */
INLINE void multiply(const struct job *job, const struct block *block, const struct block *before,
                     float *sums, const int parts, const bool add, const bool pairs) {
    const int steps = job->steps, chunks = (CHUNKS + steps - 1) / steps;
    const char *w =
        (const char *)job->weights.weight + (size_t)block->column * steps * WEIGHT_BYTES;
    int chunk = before->sums ? 0 : CHUNKS;
    clear_sums();
    for (int s = 0; s < steps; s++, w += WEIGHT_BYTES) {
        const char *x = job->x + job->weights.offset[s];
        if (pairs)
            step_2x2(x, job->x_row, block->spot, w, (size_t)steps * WEIGHT_BYTES);
        else
            step_4x1(x, job->x_row, block->spot, w);
        for (int i = 0; i < chunks && chunk < CHUNKS; i++)
            finish_chunk(job, before, chunk++, parts, add);
    }
    store_sums(sums);
}

INLINE void run(const struct job *job, const int parts, const bool add, const bool pairs) {
    float sums[2][BLOCK * TILE_FLOATS] __attribute__((aligned(LINE)));
    const int pixels = pairs ? 2 : 4, channels = pairs ? 2 : 1;
    struct block before = {.sums = NULL};
    int turn = 0;
    for (int t = 0; t < job->weights.spots; t += pixels)
        for (int column = 0; column < job->weights.columns; column += channels) {
            struct block block = {&job->weights.spot[t], column, pixels, sums[turn]};
            multiply(job, &block, &before, sums[turn], parts, add, pairs);
            before = block;
            turn = 1 - turn;
        }
    for (int chunk = 0; chunk < CHUNKS; chunk++)
        finish_chunk(job, &before, chunk, parts, add);
}

/* Code of its own for each kind of epilogue. */
INLINE void run_shape(const struct job *job, const int parts, const bool pairs) {
    if (job->residual)
        run(job, parts, true, pairs);
    else
        run(job, parts, false, pairs);
}

static void run_pairs(const struct job *job, int parts) {
    if (parts == 1)
        run_shape(job, 1, true);
    else
        run_shape(job, 2, true);
}

static void run_fours(const struct job *job, int parts) {
    if (parts == 1)
        run_shape(job, 1, false);
    else
        run_shape(job, 2, false);
}

static void forward(const struct ls_tile_conv *conv, void *packed, const void *x,
                    const void *residual, bool relu, void *y) {
    const struct job job = {.weights = ls_tile_weights_of(conv, packed),
                            .steps = conv->steps,
                            .x = x,
                            .residual = residual,
                            .y = y,
                            .x_row = conv->walk.x_row,
                            .y_row = conv->walk.y_row,
                            .low = (size_t)conv->y.stride * sizeof(uint16_t),
                            .rows = conv->walk.rows,
                            .floor = _mm512_set1_ps(relu ? 0 : -__builtin_inff())};
    configure(conv->walk.rows);
    (job.weights.columns % 2 ? run_fours : run_pairs)(&job, conv->y.parts);
    _tile_release();
    ls_tiles_clear_border(&conv->y, conv->images, y);
}

const struct ls_tile_kernels ls_tile_kernels_amx = {"amx", true, forward};
