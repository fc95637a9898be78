/* The gradient of a convolution's weights on AMX tiles: rows of the first operand are channels of
 * x, 32 positions long, those of the second pairs of positions of the gradient. Only the second
 * moves with the window, by whole rows, which keeps all of them within lines of the cache. */
#include "kernels/amx.h"
#include "kernels/tile_grad.h"
#include "kernels/tiles.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

enum {
    SIDE = LS_TILE_COLUMNS,     /* channels of a tile */
    DEPTH = LS_TILE_DEPTH,      /* positions of a tile's row */
    PAIRS = DEPTH / 2,          /* of positions */
    TILE_VALUES = SIDE * DEPTH, /* values */
    BLOCK = 3                   /* tiles of sums at work */
};

/* A convolution at work. */
struct job {
    const struct ls_conv *conv;
    struct ls_tile_grad plan;
    int images;               /* of the group */
    bool add;                 /* to the sums of groups before */
    size_t in_room, out_room; /* channels, filled up to whole tiles */
    float *sums;              /* [kernel][kernel][in_room][out_room] */
    uint16_t *image, *row, *lines, *pairs;
};

/* 16 channels of two neighbouring positions, `room` values apart, side by side. */
INLINE __m512i pair(const uint16_t *x, size_t room) {
    const __m512i order =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m256i first = _mm256_loadu_si256((const __m256i *)x);
    const __m256i second = _mm256_loadu_si256((const __m256i *)(x + room));
    return _mm512_permutexvar_epi16(order,
                                    _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1));
}

/* Column 4 l + j of a 16x16 matrix stands, four values of it each, in lane l of rows[j], rows[4 +
 * j], rows[8 + j] and rows[12 + j]: to[4 l + j] = that column. */
INLINE void gather_lanes(const __m512i rows[16], const int j, uint16_t *to) {
    const __m512i even_low = _mm512_shuffle_i32x4(rows[j], rows[4 + j], 0x88);
    const __m512i even_high = _mm512_shuffle_i32x4(rows[8 + j], rows[12 + j], 0x88);
    const __m512i odd_low = _mm512_shuffle_i32x4(rows[j], rows[4 + j], 0xdd);
    const __m512i odd_high = _mm512_shuffle_i32x4(rows[8 + j], rows[12 + j], 0xdd);
    _mm512_storeu_si512(to + j * DEPTH, _mm512_shuffle_i32x4(even_low, even_high, 0x88));
    _mm512_storeu_si512(to + (4 + j) * DEPTH, _mm512_shuffle_i32x4(odd_low, odd_high, 0x88));
    _mm512_storeu_si512(to + (8 + j) * DEPTH, _mm512_shuffle_i32x4(even_low, even_high, 0xdd));
    _mm512_storeu_si512(to + (12 + j) * DEPTH, _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd));
}

/* to[16][32] = 32 positions of 16 channels, transposed. */
static void transpose(const uint16_t *x, size_t room, uint16_t *to) {
    __m512i a[PAIRS], b[PAIRS];
#pragma GCC unroll 16
    for (int i = 0; i < PAIRS; i++)
        a[i] = pair(x + (size_t)(2 * i) * room, room);
#pragma GCC unroll 8
    for (int i = 0; i < PAIRS; i += 2) {
        b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < PAIRS; i += 4) {
        a[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
        a[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
        a[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
        a[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
    }
    gather_lanes(a, 0, to);
    gather_lanes(a, 1, to);
    gather_lanes(a, 2, to);
    gather_lanes(a, 3, to);
}

/* An image of x with whole tiles of channels and whole blocks of positions: x itself, or a copy. */
static const uint16_t *filled(const struct job *job, const uint16_t *x) {
    const struct ls_conv *conv = job->conv;
    const size_t channels = (size_t)conv->in, values = job->plan.x_image * job->plan.in_tiles;
    uint16_t *to = job->image;
    if ((size_t)conv->in_height * (size_t)conv->in_width * channels == values)
        return x;
    memset(to, 0, values * sizeof *to);
    for (int y = 0; y < conv->in_height; y++)
        for (int i = 0; i < job->plan.width; i++, to += job->in_room)
            if (i < conv->in_width) {
                memcpy(to, x, channels * sizeof *to);
                x += channels;
            }
    return job->image;
}

static void lay_out_x(const struct job *job, const uint16_t *x) {
    const struct ls_conv *conv = job->conv;
    const size_t size = (size_t)conv->in_height * (size_t)conv->in_width * (size_t)conv->in;
    for (int image = 0; image < job->images; image++, x += size) {
        const uint16_t *from = filled(job, x);
        for (int tile = 0; tile < job->plan.in_tiles; tile++) {
            uint16_t *to = job->lines + (size_t)(tile * job->images + image) * job->plan.x_image;
            for (int block = 0; block < job->plan.blocks; block++)
                transpose(from + (size_t)block * DEPTH * job->in_room + (size_t)tile * SIDE,
                          job->in_room, to + block * TILE_VALUES);
        }
    }
}

/* The values of a row of the gradient, the first `reach` pixels from the row's beginning. */
static void fill_row(const struct job *job, size_t reach, const uint16_t *y_grad) {
    const struct ls_conv *conv = job->conv;
    const size_t channels = (size_t)conv->out, step = (size_t)conv->stride * job->out_room;
    uint16_t *to = job->row + reach * job->out_room;
    if (step == channels) {
        memcpy(to, y_grad, (size_t)conv->out_width * channels * sizeof *to);
        return;
    }
    for (int x = 0; x < conv->out_width; x++, to += step, y_grad += channels)
        memcpy(to, y_grad, channels * sizeof *to);
}

/* One row of an image, for every column of the window and tile of channels; all zeros without
 * y_grad. */
static void lay_out_row(const struct job *job, int image, int row, const uint16_t *y_grad) {
    const struct ls_conv *conv = job->conv;
    const size_t line = (size_t)job->plan.width * SIDE, room = job->out_room;
    if (y_grad)
        fill_row(job, (size_t)conv->kernel - 1, y_grad);
    for (int kx = 0; kx < conv->kernel; kx++) {
        const uint16_t *from = job->row + (size_t)(conv->kernel - 1 + conv->padding - kx) * room;
        for (int tile = 0; tile < job->plan.out_tiles; tile++, from += SIDE) {
            uint16_t *to = job->pairs +
                           (size_t)((kx * job->plan.out_tiles + tile) * job->images + image) *
                               job->plan.y_image +
                           (size_t)row * line;
            if (!y_grad)
                memset(to, 0, line * sizeof *to);
            else
                for (size_t x = 0; x < (size_t)job->plan.width; x += 2)
                    _mm512_storeu_si512(to + x * SIDE, pair(from + x * room, room));
        }
    }
}

static void lay_out_gradient(const struct job *job, const uint16_t *y_grad) {
    const struct ls_conv *conv = job->conv;
    const size_t line = (size_t)conv->out_width * (size_t)conv->out;
    memset(job->row, 0, job->plan.lines - job->plan.row);
    memset(job->pairs +
               job->plan.y_image * (size_t)(conv->kernel * job->plan.out_tiles * job->images),
           0, TILE_VALUES * sizeof *job->pairs);
    for (int image = 0; image < job->images; image++, y_grad += line * (size_t)conv->out_height)
        for (int row = 0; row < job->plan.rows; row++) {
            const int y = row - (conv->kernel - 1 - conv->padding), from = y / conv->stride;
            const bool any = y >= 0 && y % conv->stride == 0 && from < conv->out_height;
            lay_out_row(job, image, row, any ? y_grad + line * (size_t)from : NULL);
        }
}

/* The sums of a tap, for the first of their tiles of channels. */
INLINE float *sums_of(const struct job *job, int ky, int kx) {
    return job->sums + (size_t)(ky * job->conv->kernel + kx) * job->in_room * job->out_room;
}

/* Adds x times gradient over all positions, for `count` taps one below the other whose sums stand
 * `tap` floats apart and whose gradients `line` values, in the other direction. */
INLINE void multiply(const struct job *job, const int count, const uint16_t *x,
                     const uint16_t *pairs, size_t line, float *sums, size_t tap) {
    const size_t row = job->out_room * sizeof *sums;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    if (job->add) {
        _tile_loadd(0, sums, row);
        if (count > 1)
            _tile_loadd(1, sums + tap, row);
        if (count > 2)
            _tile_loadd(2, sums + 2 * tap, row);
    }
    for (int image = 0; image < job->images; image++, pairs += job->plan.y_image) {
        const uint16_t *at = pairs;
        for (int block = 0; block < job->plan.blocks;
             block++, x += TILE_VALUES, at += TILE_VALUES) {
            _tile_loadd(3, x, LINE);
            _tile_loadd(4, at, LINE);
            _tile_dpbf16ps(0, 3, 4);
            if (count > 1) {
                _tile_loadd(5, at - line, LINE);
                _tile_dpbf16ps(1, 3, 5);
            }
            if (count > 2) {
                _tile_loadd(6, at - 2 * line, LINE);
                _tile_dpbf16ps(2, 3, 6);
            }
        }
    }
    _tile_stored(0, sums, row);
    if (count > 1)
        _tile_stored(1, sums + tap, row);
    if (count > 2)
        _tile_stored(2, sums + 2 * tap, row);
}

/* All taps in one column of the window, for a tile of channels of x and one of y. */
static void run_column(const struct job *job, int kx, int in, int out) {
    const int kernel = job->conv->kernel;
    const size_t line = (size_t)job->plan.width * SIDE, images = (size_t)job->images;
    const size_t tap = (size_t)kernel * job->in_room * job->out_room;
    const uint16_t *x = job->lines + (size_t)in * images * job->plan.x_image;
    const uint16_t *pairs =
        job->pairs + (size_t)(kx * job->plan.out_tiles + out) * images * job->plan.y_image;
    for (int ky = 0; ky < kernel; ky += BLOCK) {
        const uint16_t *at = pairs + (size_t)(kernel - 1 - ky) * line;
        float *sums = sums_of(job, ky, kx) + ((size_t)in * job->out_room + (size_t)out) * SIDE;
        if (kernel - ky == 1)
            multiply(job, 1, x, at, line, sums, tap);
        else if (kernel - ky == 2)
            multiply(job, 2, x, at, line, sums, tap);
        else
            multiply(job, 3, x, at, line, sums, tap);
    }
}

static void run_group(const struct job *job, const uint16_t *x, const uint16_t *y_grad) {
    lay_out_x(job, x);
    lay_out_gradient(job, y_grad);
    /* Compilers do not see that tiles are loaded from what was just stored. */
    atomic_signal_fence(memory_order_seq_cst);
    for (int kx = 0; kx < job->conv->kernel; kx++)
        for (int out = 0; out < job->plan.out_tiles; out++)
            for (int in = 0; in < job->plan.in_tiles; in++)
                run_column(job, kx, in, out);
}

/* The sums without the channels that fill up tiles. */
static void take_channels(const struct job *job, float *weight_grad) {
    const size_t in = (size_t)job->conv->in, out = (size_t)job->conv->out;
    for (int ky = 0; ky < job->conv->kernel; ky++)
        for (int kx = 0; kx < job->conv->kernel; kx++) {
            const float *sums = sums_of(job, ky, kx);
            for (size_t i = 0; i < in; i++, sums += job->out_room, weight_grad += out)
                memcpy(weight_grad, sums, out * sizeof *sums);
        }
}

void ls_tile_weight_grad_amx(const struct ls_conv *conv, int images, const uint16_t *x,
                             const uint16_t *y_grad, float *weight_grad, void *scratch) {
    const struct ls_tile_grad plan = ls_tile_grad_plan(conv, images);
    const size_t in = (size_t)conv->in_height * (size_t)conv->in_width * (size_t)conv->in;
    const size_t out = (size_t)conv->out_height * (size_t)conv->out_width * (size_t)conv->out;
    const bool whole = conv->in % SIDE == 0 && conv->out % SIDE == 0;
    char *memory = scratch;
    struct job job = {.conv = conv,
                      .plan = plan,
                      .in_room = (size_t)plan.in_tiles * SIDE,
                      .out_room = (size_t)plan.out_tiles * SIDE,
                      .sums = whole ? weight_grad : (void *)(memory + plan.sums),
                      .image = (void *)(memory + plan.image),
                      .row = (void *)(memory + plan.row),
                      .lines = (void *)(memory + plan.lines),
                      .pairs = (void *)(memory + plan.pairs)};
    configure(0, 0); /* 0-2 hold sums, 3 x, 4-6 the gradient, all of their full size */
    for (int first = 0; first < images; first += plan.group) {
        job.images = images - first < plan.group ? images - first : plan.group;
        job.add = first > 0;
        run_group(&job, x + in * (size_t)first, y_grad + out * (size_t)first);
    }
    _tile_release();
    atomic_signal_fence(memory_order_seq_cst);
    if (!whole)
        take_channels(&job, weight_grad);
}
