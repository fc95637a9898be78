/* What Winograd's convolution and its gradient share: the tiles of 2x2 output pixels, and the
 * transform of the input around them. For code compiled once for each instruction set. */
#ifndef LANDSCAPE_KERNELS_WINOGRAD_TILES_H
#define LANDSCAPE_KERNELS_WINOGRAD_TILES_H

#include "kernels/vector.h"
#include "kernels/winograd.h"

enum { POINTS = LS_WINOGRAD_POINTS, GROUP = LS_WINOGRAD_GROUP };

/* Where a tile stands: its image, and its upper left output pixel. Those of odd images reach over
 * the edge. */
struct tile {
    int image, y, x;
};

INLINE int tile_count(const struct ls_conv *conv) {
    return (conv->out_height + 1) / 2 * ((conv->out_width + 1) / 2);
}

/* Tile number `index` of all images. */
INLINE struct tile tile_of(const struct ls_conv *conv, int index) {
    const int wide = (conv->out_width + 1) / 2, count = tile_count(conv);
    const int within = index % count;
    return (struct tile){index / count, within / wide * 2, within % wide * 2};
}

/* d = B^T d, one column or row of four. */
INLINE void transform_in(vector *d, const int step) {
    const vector a = d[0], b = d[step], c = d[2 * step], e = d[3 * step];
    d[0] = a - c;
    d[step] = b + c;
    d[2 * step] = c - b;
    d[3 * step] = b - e;
}

/* to[POINTS] = B^T d B, `point` floats apart, for LANES channels of the 4x4 pixels d around a tile
 * of the image x, zero outside the image. */
INLINE void load_channels(const struct ls_conv *conv, const float *x, struct tile tile, int channel,
                          const bool inside, float *to, size_t point) {
    static const float zeros[LANES];
    vector d[POINTS];
#pragma GCC unroll 16
    for (int p = 0; p < POINTS; p++) {
        const int iy = tile.y - 1 + p / 4, ix = tile.x - 1 + p % 4;
        const bool there =
            inside || (iy >= 0 && ix >= 0 && iy < conv->in_height && ix < conv->in_width);
        d[p] = load(there ? x + ((size_t)iy * conv->in_width + ix) * conv->in + channel : zeros);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        transform_in(d + i, 4);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        transform_in(d + 4 * i, 1);
#pragma GCC unroll 16
    for (int p = 0; p < POINTS; p++)
        store(to + p * point, d[p]);
}

/* to[POINTS][GROUP][in] = the transformed input around `count` tiles of x[images]. */
INLINE void load_group(const struct ls_conv *conv, const float *x, const struct tile *tiles,
                       int count, float *to) {
    const size_t point = ls_winograd_stride(conv->in);
    for (int t = 0; t < count; t++) {
        const struct tile tile = tiles[t];
        const float *image = x + (size_t)tile.image * conv->in_height * conv->in_width * conv->in;
        const bool inside = tile.y > 0 && tile.x > 0 && tile.y + 3 <= conv->in_height &&
                            tile.x + 3 <= conv->in_width;
        for (int channel = 0; channel < conv->in; channel += LANES) {
            float *at = to + (size_t)t * conv->in + channel;
            if (inside)
                load_channels(conv, image, tile, channel, true, at, point);
            else
                load_channels(conv, image, tile, channel, false, at, point);
        }
    }
}

#endif
