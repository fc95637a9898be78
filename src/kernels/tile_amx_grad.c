/* The gradient of a convolution's weights on AMX tiles: rows of the first operand are channels of
 * x, 32 positions long, those of the second pairs of positions of the gradient. So both are laid
 * out once for all taps: a tap's operand is x a few values further on. */
#include "kernels/amx.h"
#include "kernels/tile_grad.h"
#include "kernels/tiles.h"
#include <stdatomic.h>
#include <string.h>

enum {
    SIDE = LS_TILE_COLUMNS, /* channels of a tile */
    DEPTH = LS_TILE_DEPTH,  /* positions of a tile's row */
    PAIRS = DEPTH / 2,      /* of positions */
    BLOCK = 3               /* tiles of sums at work */
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
INLINE void gather_lanes(const __m512i rows[16], const int j, uint16_t *to, size_t line) {
    const __m512i even_low = _mm512_shuffle_i32x4(rows[j], rows[4 + j], 0x88);
    const __m512i even_high = _mm512_shuffle_i32x4(rows[8 + j], rows[12 + j], 0x88);
    const __m512i odd_low = _mm512_shuffle_i32x4(rows[j], rows[4 + j], 0xdd);
    const __m512i odd_high = _mm512_shuffle_i32x4(rows[8 + j], rows[12 + j], 0xdd);
    _mm512_storeu_si512(to + (size_t)j * line, _mm512_shuffle_i32x4(even_low, even_high, 0x88));
    _mm512_storeu_si512(to + (size_t)(4 + j) * line, _mm512_shuffle_i32x4(odd_low, odd_high, 0x88));
    _mm512_storeu_si512(to + (size_t)(8 + j) * line,
                        _mm512_shuffle_i32x4(even_low, even_high, 0xdd));
    _mm512_storeu_si512(to + (size_t)(12 + j) * line,
                        _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd));
}

/* to[16][line] = 32 positions of 16 channels, transposed. */
static void transpose(const uint16_t *x, size_t room, uint16_t *to, size_t line) {
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
    gather_lanes(a, 0, to, line);
    gather_lanes(a, 1, to, line);
    gather_lanes(a, 2, to, line);
    gather_lanes(a, 3, to, line);
}

/* Positions with `room` channels each: the image with its border, one after the other. */
static struct ls_tiles layout(int height, int width, int channels, int border, int room) {
    return (struct ls_tiles){.height = height,
                             .width = width,
                             .channels = channels,
                             .border = border,
                             .interleave = 1,
                             .stride = room,
                             .parts = 1};
}

static void lay_out_x(const struct ls_conv *conv, const struct ls_tile_grad *grad, int images,
                      const uint16_t *x, char *scratch) {
    uint16_t *wide = (void *)(scratch + grad->wide), *lines = (void *)(scratch + grad->lines);
    const size_t room = (size_t)grad->in_room;
    const size_t used = (size_t)images * grad->height * grad->width;
    const struct ls_tiles tiles =
        layout(conv->in_height, conv->in_width, conv->in, conv->padding, grad->in_room);
    ls_tiles_from_bfloats(&tiles, images, conv->in_height, conv->in_width, 1, x, wide);
    memset(wide + used * room, 0, (grad->line - used) * room * sizeof *wide);
    for (size_t channel = 0; channel < room; channel += SIDE)
        for (size_t at = 0; at < grad->line; at += DEPTH)
            transpose(wide + at * room + channel, room, lines + channel * grad->line + at,
                      grad->line);
}

static void lay_out_gradient(const struct ls_conv *conv, const struct ls_tile_grad *grad,
                             int images, const uint16_t *y_grad, char *scratch) {
    uint16_t *wide = (void *)(scratch + grad->wide), *pairs = (void *)(scratch + grad->pairs);
    const size_t room = (size_t)grad->out_room;
    const size_t used = (size_t)images * grad->height * grad->width;
    const struct ls_tiles tiles = layout(grad->height, grad->width, conv->out, 0, grad->out_room);
    ls_tiles_from_bfloats(&tiles, images, conv->out_height, conv->out_width, conv->stride, y_grad,
                          wide);
    memset(wide + used * room, 0, (grad->positions - used) * room * sizeof *wide);
    for (size_t at = 0; at < grad->positions; at += 2)
        for (size_t channel = 0; channel < room; channel += SIDE)
            _mm512_storeu_si512(pairs + at * room + 2 * channel,
                                pair(wide + at * room + channel, room));
}

/* sums[3][16][16] = x times gradient over all positions, for three tiles of x. */
static void multiply(const struct ls_tile_grad *grad, const uint16_t *const x[BLOCK],
                     const uint16_t *pairs, float *sums) {
    const size_t x_row = grad->line * sizeof *pairs,
                 row = 2 * (size_t)grad->out_room * sizeof *pairs;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    for (size_t at = 0; at < grad->positions; at += DEPTH) {
        _tile_loadd(6, pairs + at * (size_t)grad->out_room, row);
        _tile_loadd(3, x[0] + at, x_row);
        _tile_dpbf16ps(0, 3, 6);
        _tile_loadd(4, x[1] + at, x_row);
        _tile_dpbf16ps(1, 4, 6);
        _tile_loadd(5, x[2] + at, x_row);
        _tile_dpbf16ps(2, 5, 6);
    }
    _tile_stored(0, sums, LINE);
    _tile_stored(1, sums + SIDE * SIDE, LINE);
    _tile_stored(2, sums + 2 * SIDE * SIDE, LINE);
}

/* A tile of sums to its place in weight_grad[tap][in][out], as far as there are channels. */
static void store(const struct ls_conv *conv, int tap, int in, int out, const float *sums,
                  float *weight_grad) {
    const int rows = conv->in - in < SIDE ? conv->in - in : SIDE;
    const int columns = conv->out - out < SIDE ? conv->out - out : SIDE;
    for (int r = 0; r < rows; r++)
        memcpy(weight_grad + ((size_t)tap * conv->in + in + r) * conv->out + out, sums + r * SIDE,
               (size_t)columns * sizeof *sums);
}

void ls_tile_weight_grad_amx(const struct ls_conv *conv, int images, const uint16_t *x,
                             const uint16_t *y_grad, float *weight_grad, void *scratch) {
    const struct ls_tile_grad grad = ls_tile_grad_plan(conv, images);
    const uint16_t *lines = (void *)((char *)scratch + grad.lines);
    const uint16_t *pairs = (void *)((char *)scratch + grad.pairs);
    const int taps = conv->kernel * conv->kernel, tiles = taps * (grad.in_room / SIDE);
    float sums[BLOCK * SIDE * SIDE] __attribute__((aligned(LINE)));
    lay_out_x(conv, &grad, images, x, scratch);
    lay_out_gradient(conv, &grad, images, y_grad, scratch);
    /* Compilers do not see that tiles are loaded from what was just stored. */
    atomic_signal_fence(memory_order_seq_cst);
    configure(0, 0); /* 0-2 hold sums, 3-5 x, 6 the gradient, all of their full size */
    for (int out = 0; out < grad.out_room; out += SIDE)
        for (int first = 0; first < tiles; first += BLOCK) {
            const uint16_t *at[BLOCK];
            for (int b = 0; b < BLOCK; b++) { /* the last one again where there is none left */
                const int tile = first + b < tiles ? first + b : tiles - 1, tap = tile % taps;
                at[b] = lines + (size_t)(tile / taps * SIDE) * grad.line +
                        (size_t)(tap / conv->kernel * grad.width + tap % conv->kernel);
            }
            multiply(&grad, at, pairs + 2 * out, sums);
            for (int b = 0; b < BLOCK && first + b < tiles; b++)
                store(conv, (first + b) % taps, (first + b) / taps * SIDE, out,
                      sums + b * SIDE * SIDE, weight_grad);
        }
    _tile_release();
}
