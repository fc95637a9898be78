#include "kernels/tiles.h"
#include "base/alloc.h"
#include "kernels/bfloat.h"
#include <string.h>

enum { LINE = 32 }; /* values of a cache line */

static int room_for(int channels) {
    if (channels <= 4)
        return 4;
    if (channels <= 16)
        return channels <= 8 ? 8 : 16;
    return (int)ls_fill_up((size_t)channels, LS_TILE_DEPTH);
}

struct ls_tiles ls_tiles_layout(int height, int width, int channels, int border, int parts) {
    struct ls_tiles tiles = {.height = height,
                             .width = width,
                             .channels = channels,
                             .border = border,
                             .interleave = 1,
                             .stride = room_for(channels),
                             .parts = parts};
    while (width * tiles.interleave < LS_TILE_ROWS)
        tiles.interleave *= 2;
    /* A row of a tile never reaches into another image, whose infinities times 0 are no numbers. */
    if (tiles.interleave > 1 && tiles.stride * parts < LS_TILE_DEPTH)
        tiles.stride = LS_TILE_DEPTH / parts;
    return tiles;
}

static size_t pixel_values(const struct ls_tiles *tiles) {
    return (size_t)tiles->parts * tiles->stride;
}

/* Values of one row of an interleaved group, border included, and of the group. */
static size_t row_values(const struct ls_tiles *tiles) {
    return (size_t)(tiles->width + 2 * tiles->border) * tiles->interleave * pixel_values(tiles);
}

static size_t group_values(const struct ls_tiles *tiles) {
    return (size_t)(tiles->height + 2 * tiles->border) * row_values(tiles);
}

static size_t all_values(const struct ls_tiles *tiles, int images) {
    return (size_t)(images / tiles->interleave) * group_values(tiles);
}

size_t ls_tiles_bytes(const struct ls_tiles *tiles, int images) {
    return ls_align_bytes((all_values(tiles, images) + LINE) * sizeof(uint16_t));
}

size_t ls_tiles_offset(const struct ls_tiles *tiles, int image, int y, int x) {
    const int n = tiles->interleave;
    const size_t column = (size_t)(x + tiles->border) * n + image % n;
    return (size_t)(image / n) * group_values(tiles) +
           (size_t)(y + tiles->border) * row_values(tiles) + column * pixel_values(tiles);
}

void ls_tiles_clear_border(const struct ls_tiles *tiles, int images, void *x) {
    uint16_t *values = x;
    const size_t row = row_values(tiles), border = (size_t)tiles->border;
    const size_t side = border * tiles->interleave * pixel_values(tiles);
    if (border)
        memset(values + all_values(tiles, images), 0, LINE * sizeof *values);
    for (int g = 0; border && g < images / tiles->interleave; g++) {
        uint16_t *group = values + (size_t)g * group_values(tiles);
        memset(group, 0, border * row * sizeof *values);
        /* One row's right side and the next one's left side are neighbours. */
        for (size_t y = border; y <= border + tiles->height; y++)
            memset(group + y * row - side, 0, 2 * side * sizeof *values);
        memset(group + (border + tiles->height) * row, 0, border * row * sizeof *values);
    }
}

/* One row of pixels, `gap` values apart in the tiles. */
static inline __attribute__((always_inline)) void split_row(int width, size_t gap,
                                                            const int channels, const int stride,
                                                            const int parts, const float *x,
                                                            uint16_t *to) {
    for (int column = 0; column < width; column++, x += channels, to += gap)
        for (int c = 0; c < stride; c++) {
            const uint16_t high = c < channels ? ls_bfloat_of(x[c]) : 0;
            to[c] = high;
            if (parts == 2)
                to[stride + c] = c < channels ? ls_bfloat_rest(x[c], high) : 0;
        }
}

void ls_tiles_from_floats(const struct ls_tiles *tiles, int images, const float *x, void *y) {
    enum { COLOURS = 3, ROOM = 4 }; /* compilers make a third of the code if they know them */
    const size_t gap = (size_t)tiles->interleave * pixel_values(tiles);
    const bool coloured = tiles->channels == COLOURS && tiles->stride == ROOM;
    for (int i = 0; i < images; i++)
        for (int row = 0; row < tiles->height; row++, x += tiles->width * tiles->channels) {
            uint16_t *to = (uint16_t *)y + ls_tiles_offset(tiles, i, row, 0);
            if (coloured && tiles->parts == 1)
                split_row(tiles->width, gap, COLOURS, ROOM, 1, x, to);
            else if (coloured)
                split_row(tiles->width, gap, COLOURS, ROOM, 2, x, to);
            else
                split_row(tiles->width, gap, tiles->channels, tiles->stride, tiles->parts, x, to);
        }
    ls_tiles_clear_border(tiles, images, y);
}

void ls_tiles_to_floats(const struct ls_tiles *tiles, int images, const void *x, float *y) {
    for (int i = 0; i < images; i++)
        for (int row = 0; row < tiles->height; row++)
            for (int column = 0; column < tiles->width; column++, y += tiles->channels) {
                const uint16_t *from = (const uint16_t *)x + ls_tiles_offset(tiles, i, row, column);
                for (int c = 0; c < tiles->channels; c++) {
                    y[c] = ls_float_of(from[c]);
                    if (tiles->parts == 2)
                        y[c] += ls_float_of(from[tiles->stride + c]);
                }
            }
}

bool ls_tiles_plain(const struct ls_tiles *tiles) {
    return tiles->border == 0 && tiles->interleave == 1 && tiles->parts == 1 &&
           tiles->stride == tiles->channels;
}

/* Images that fill the interleaved groups which hold so many. */
static int filled(const struct ls_tiles *tiles, int images) {
    return (int)ls_fill_up((size_t)images, (size_t)tiles->interleave);
}

/* The same from bfloat16. */
static void place_row(const struct ls_tiles *tiles, int width, size_t gap, const uint16_t *x,
                      uint16_t *y) {
    const size_t channels = (size_t)tiles->channels, rest = (size_t)tiles->stride - channels;
    if (gap == channels) {
        memcpy(y, x, (size_t)width * channels * sizeof *y);
        return;
    }
    for (int column = 0; column < width; column++, x += channels, y += gap) {
        memcpy(y, x, channels * sizeof *y);
        memset(y + channels, 0, rest * sizeof *y);
    }
}

void ls_tiles_from_bfloats(const struct ls_tiles *tiles, int images, int height, int width,
                           int step, const uint16_t *x, void *y) {
    const size_t gap = (size_t)step * tiles->interleave * pixel_values(tiles);
    if (height != tiles->height || width != tiles->width)
        memset(y, 0, all_values(tiles, filled(tiles, images)) * sizeof *x);
    ls_tiles_clear_border(tiles, filled(tiles, images), y);
    for (int i = 0; i < images; i++)
        for (int row = 0; row < height; row++, x += (size_t)width * tiles->channels)
            place_row(tiles, width, gap, x,
                      (uint16_t *)y + ls_tiles_offset(tiles, i, row * step, 0));
}

void ls_tiles_to_bfloats(const struct ls_tiles *tiles, int images, const void *x, uint16_t *y) {
    const size_t gap = (size_t)tiles->interleave * pixel_values(tiles);
    const size_t channels = (size_t)tiles->channels;
    for (int i = 0; i < images; i++)
        for (int row = 0; row < tiles->height; row++) {
            const uint16_t *from = (const uint16_t *)x + ls_tiles_offset(tiles, i, row, 0);
            for (int column = 0; column < tiles->width; column++, from += gap, y += channels)
                memcpy(y, from, channels * sizeof *y);
        }
}
