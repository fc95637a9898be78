/* Activations in bfloat16, laid out so that matrix tiles (AMX) can be loaded from them.
 *
 * A value is kept as one bfloat16, or as two that sum up to it (high and low part), which carries
 * 16 bits of its mantissa (Henry, Tang, Heinecke, "Leveraging the bfloat16 Artificial Intelligence
 * Datatype for Higher-Precision Computations", 2019). */
#ifndef LANDSCAPE_KERNELS_TILES_H
#define LANDSCAPE_KERNELS_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LS_TILE_ROWS = 16,   /* pixels of a tile */
    LS_TILE_DEPTH = 32,  /* values of a tile's row */
    LS_TILE_COLUMNS = 16 /* output channels of a tile */
};

/* count, rounded up to a multiple of `to`. */
static inline size_t ls_fill_up(size_t count, size_t to) {
    return (count + to - 1) / to * to;
}

/* How the activations of some images are stored: [images / interleave][border + height + border]
 * [border + width + border][interleave][parts][stride] bfloat16, zero in the border and in the
 * channels past `channels`; if there is a border, with a cache line of zeros behind the last.
 * Narrow images are interleaved, so that the pixels of one row fill a tile. */
struct ls_tiles {
    int height, width, channels; /* of an image */
    int border;                  /* pixels of zeros around it */
    int interleave;              /* images whose pixels stand side by side */
    int stride;                  /* values a pixel has room for: channels rounded up */
    int parts;                   /* 1: bfloat16; 2: high and low part */
};

/* The layout of images of this shape: stride and interleave so that tiles are full. */
struct ls_tiles ls_tiles_layout(int height, int width, int channels, int border, int parts);

/* Bytes that `images` images take, a multiple of the interleave. */
size_t ls_tiles_bytes(const struct ls_tiles *tiles, int images);

/* Where pixel (y, x) of an image starts, in values; the border has negative coordinates. */
size_t ls_tiles_offset(const struct ls_tiles *tiles, int image, int y, int x);

/* Zeroes the border of `images` images and the line behind them. */
void ls_tiles_clear_border(const struct ls_tiles *tiles, int images, void *x);

/* Between x[images][height][width][channels] and tiles, rounding to nearest even. The border is
 * cleared. */
void ls_tiles_from_floats(const struct ls_tiles *tiles, int images, const float *x, void *y);
void ls_tiles_to_floats(const struct ls_tiles *tiles, int images, const void *x, float *y);

/* The same from and to bfloat16, for tiles of one part and any number of images: the places left
 * over in the last interleaved group keep what they hold. Pixel (y, x) of
 * x[images][height][width][channels] goes to (y * step, x * step), zeros in between. */
void ls_tiles_from_bfloats(const struct ls_tiles *tiles, int images, int height, int width,
                           int step, const uint16_t *x, void *y);
void ls_tiles_to_bfloats(const struct ls_tiles *tiles, int images, const void *x, uint16_t *y);

/* Whether tiles are nothing but [images][height][width][channels]. */
bool ls_tiles_plain(const struct ls_tiles *tiles);

#endif
