/* Convolution on AMX tiles: a block of four tiles of sums stays in registers, from the bias through
 * the residual (times an identity matrix) and the steps of the window. Finished sums leave through
 * a buffer; bias, residual and ReLU are applied to them in AVX-512 between the next block's
 * multiplications, so that both units of the CPU stay busy. */
#include "kernels/amx.h"
#include "kernels/tile_conv.h"

enum {
    BLOCK = 4,                                                         /* tiles of sums */
    TILE_FLOATS = LS_TILE_ROWS * LS_TILE_COLUMNS,                      /* of sums */
    WEIGHT_BYTES = LS_TILE_DEPTH * LS_TILE_COLUMNS * sizeof(uint16_t), /* of a step */
    CHUNK = 4,                                                         /* rows finished at once */
    CHUNKS = BLOCK * LS_TILE_ROWS / CHUNK
};

/* A convolution at work. */
struct job {
    struct ls_tile_weights weights;
    int steps;
    const char *x, *residual;
    char *y;
    size_t x_row, y_row, low; /* bytes to the next row, and to a value's low part */
    int rows, residual_steps;
    __m512 floor; /* what values are at least */
};

/* A block of sums[4][16][16]: four tiles of pixels by one of channels. */
struct block {
    const struct ls_tile_spot *spot; /* [4] */
    int column;                      /* which tile of channels */
    char *y;                         /* where they start */
    float *sums;
};

INLINE __m512 floats_of(__m256i bfloats) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bfloats), 16));
}

/* Stores what rounding to `high` lost of the value; 0 where that is not finite. */
INLINE void store_low(char *to, __m512 value, __m256i high) {
    const __m512 rest = _mm512_sub_ps(value, floats_of(high));
    const __mmask16 finite = _mm512_cmp_ps_mask(_mm512_sub_ps(rest, rest), rest, _CMP_ORD_Q);
    _mm256_storeu_si256((__m256i *)to,
                        (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_mov_ps(finite, rest)));
}

/* Writes a chunk of a block's rows to y; `rows` are those of its tiles. */
INLINE void finish_chunk(const struct job *job, const struct block *block, unsigned chunk,
                         const int parts, const int rows) {
    const unsigned tile = chunk / (CHUNKS / BLOCK), first = chunk % (CHUNKS / BLOCK) * CHUNK;
    const float *sums = block->sums + chunk * CHUNK * LS_TILE_COLUMNS;
    char *y = block->y + block->spot[tile].y + first * job->y_row;
#pragma GCC unroll 4
    for (int r = 0; r < CHUNK; r++, y += job->y_row) {
        if ((int)first + r >= rows)
            break;
        /* The second operand where one is not a number. */
        const __m512 value = _mm512_max_ps(job->floor, _mm512_load_ps(sums + r * LS_TILE_COLUMNS));
        const __m256i high = (__m256i)_mm512_cvtneps_pbh(value);
        _mm256_storeu_si256((__m256i *)y, high);
        if (parts == 2)
            store_low(y + job->low, value, high);
    }
}

INLINE void store_sums(float *sums) {
    _tile_stored(0, sums, LINE);
    _tile_stored(1, sums + TILE_FLOATS, LINE);
    _tile_stored(2, sums + 2 * TILE_FLOATS, LINE);
    _tile_stored(3, sums + 3 * TILE_FLOATS, LINE);
}

/* Every row of sums starts as the bias of its channels. */
INLINE void start_sums(const float *bias) {
    _tile_loadd(0, bias, 0);
    _tile_loadd(1, bias, 0);
    _tile_loadd(2, bias, 0);
    _tile_loadd(3, bias, 0);
}

/* One step of the window, for tiles of pixels that stand anywhere. */
INLINE void step(const char *const at[BLOCK], size_t offset, size_t row, const char *w) {
    _tile_loadd(5, w, LINE);
    _tile_loadd(4, at[0] + offset, row);
    _tile_dpbf16ps(0, 4, 5);
    _tile_loadd(4, at[1] + offset, row);
    _tile_dpbf16ps(1, 4, 5);
    _tile_loadd(4, at[2] + offset, row);
    _tile_dpbf16ps(2, 4, 5);
    _tile_loadd(4, at[3] + offset, row);
    _tile_dpbf16ps(3, 4, 5);
}

/* Three steps, one below the other, for tiles of pixels one below the other, `line` bytes apart:
 * together they look at six rows of pixels, each of which is loaded once. In an order in which no
 * sum is added to again before it is complete. */
INLINE void three_steps(const char *x, size_t line, size_t row, const char *w) {
    _tile_loadd(5, w, LINE);
    _tile_loadd(4, x, row);
    _tile_dpbf16ps(0, 4, 5);
    _tile_loadd(7, w + 2 * WEIGHT_BYTES, LINE);
    _tile_loadd(4, x + 5 * line, row);
    _tile_dpbf16ps(3, 4, 7);
    _tile_loadd(6, w + WEIGHT_BYTES, LINE);
    _tile_loadd(4, x + line, row);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(4, x + 4 * line, row);
    _tile_dpbf16ps(2, 4, 7);
    _tile_dpbf16ps(3, 4, 6);
    _tile_loadd(4, x + 2 * line, row);
    _tile_dpbf16ps(1, 4, 6);
    _tile_dpbf16ps(0, 4, 7);
    _tile_dpbf16ps(2, 4, 5);
    _tile_loadd(4, x + 3 * line, row);
    _tile_dpbf16ps(3, 4, 5);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 4, 6);
}

/* Adds the residual: 32 of its values at a time, times the tile that picks the block's channels. */
INLINE void add_residual(const struct job *job, const struct block *block, const int parts) {
    const char *pick = (const char *)job->weights.pick + block->column % 2 * WEIGHT_BYTES;
    const char *x = job->residual + block->column / 2 * LINE;
    const char *const at[BLOCK] = {x + block->spot[0].residual, x + block->spot[1].residual,
                                   x + block->spot[2].residual, x + block->spot[3].residual};
    step(at, 0, job->y_row, pick);
    if (parts == 2 && job->residual_steps == 2)
        step(at, job->low, job->y_row, pick);
}

/* block->sums = the block's results, while the block before it is finished chunk by chunk. */
INLINE void multiply(const struct job *job, const struct block *block, const struct block *before,
                     const unsigned chunks, const int parts, const bool add, const bool tall) {
    const int *offset = job->weights.offset;
    const int stride = tall ? 3 : 1, rows = tall ? LS_TILE_ROWS : job->rows;
    const char *w =
        (const char *)job->weights.weight + (size_t)block->column * job->steps * WEIGHT_BYTES;
    const char *const at[BLOCK] = {job->x + block->spot[0].x, job->x + block->spot[1].x,
                                   job->x + block->spot[2].x, job->x + block->spot[3].x};
    unsigned chunk = before->sums ? 0 : CHUNKS;
    start_sums(job->weights.bias + block->column * LS_TILE_COLUMNS);
    if (add)
        add_residual(job, block, parts);
    for (int s = 0; s < job->steps; s += stride, w += stride * WEIGHT_BYTES) {
        if (tall)
            three_steps(at[0] + offset[s], (size_t)(at[1] - at[0]), job->x_row, w);
        else
            step(at, (size_t)offset[s], job->x_row, w);
        for (unsigned i = 0; i < chunks && chunk < CHUNKS; i++)
            finish_chunk(job, before, chunk++, parts, rows);
    }
    store_sums(block->sums);
}

INLINE void run(const struct job *shared, const int parts, const bool add, const bool tall) {
    const struct job job = *shared; /* a copy that stores to y can not change */
    const unsigned turns = (unsigned)job.steps / (tall ? 3 : 1),
                   chunks = (CHUNKS + turns - 1) / turns;
    float sums[2][BLOCK * TILE_FLOATS] __attribute__((aligned(LINE)));
    struct block before = {.sums = NULL};
    int turn = 0;
    for (int t = 0; t < job.weights.spots; t += BLOCK)
        for (int column = 0; column < job.weights.columns; column++, turn = 1 - turn) {
            const struct block block = {&job.weights.spot[t], column,
                                        job.y + (size_t)column * LS_TILE_COLUMNS * sizeof(uint16_t),
                                        sums[turn]};
            multiply(&job, &block, &before, chunks, parts, add, tall);
            before = block;
        }
    for (unsigned chunk = 0; chunk < CHUNKS; chunk++)
        finish_chunk(&job, &before, chunk, parts, tall ? LS_TILE_ROWS : job.rows);
}

/* Code of its own for each kind of epilogue. */
INLINE void run_shape(const struct job *job, const int parts, const bool tall) {
    if (job->residual)
        run(job, parts, true, tall);
    else
        run(job, parts, false, tall);
}

static void run_tall(const struct job *job, int parts) {
    if (parts == 1)
        run_shape(job, 1, true);
    else
        run_shape(job, 2, true);
}

static void run_any(const struct job *job, int parts) {
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
                            .residual_steps =
                                conv->y.parts == 2 && conv->y.stride > LS_TILE_COLUMNS ? 2 : 1,
                            .floor = _mm512_set1_ps(relu ? 0 : -__builtin_inff())};
    const bool tall = conv->kernel == 3 && conv->stride == 1 && conv->y.height % BLOCK == 0;
    configure(5, conv->walk.rows); /* 0-3 hold sums, 4 pixels, 5-7 weights */
    (tall ? run_tall : run_any)(&job, conv->y.parts);
    _tile_release();
    ls_tiles_clear_border(&conv->y, conv->images, y);
}

const struct ls_tile_kernels ls_tile_kernels_amx = {"amx", true, forward, ls_tile_weight_grad_amx};
