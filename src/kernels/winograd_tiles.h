/* What Winograd's convolution and its gradient share: the tiles, and the transform of the input
 * around them. For code compiled once for each instruction set; `size` is the tile's, 2 or 4, and
 * constant wherever these functions are inlined. */
#ifndef LANDSCAPE_KERNELS_WINOGRAD_TILES_H
#define LANDSCAPE_KERNELS_WINOGRAD_TILES_H

#include "kernels/vector.h"
#include "kernels/winograd.h"

enum { GROUP = LS_WINOGRAD_GROUP, MAX_POINTS = LS_WINOGRAD_MAX_POINTS };

/* Where a tile stands: its image, and its upper left output pixel. The last ones of a row may reach
 * over the edge. */
struct tile {
    int image, y, x;
};

/* Fills in tiles first .. first+count-1 of all images. */
INLINE void place_tiles(const struct ls_conv *conv, const int size, int first, int count,
                        struct tile *tiles) {
    const int wide = (conv->out_width + size - 1) / size, per_image = ls_winograd_tiles(conv, size);
    for (int t = 0; t < count; t++) {
        const int within = (first + t) % per_image;
        tiles[t] =
            (struct tile){(first + t) / per_image, within / wide * size, within % wide * size};
    }
}

/* d = B^T d, one column or row of size + 2. */
INLINE void transform_in(const int size, vector *d, const int step) {
    if (size == 2) {
        const vector a = d[0], b = d[step], c = d[2 * step], e = d[3 * step];
        d[0] = a - c;
        d[step] = b + c;
        d[2 * step] = c - b;
        d[3 * step] = b - e;
        return;
    }
    const float near = LS_WINOGRAD_NEAR, far = LS_WINOGRAD_FAR;
    const float near2 = near * near, far2 = far * far;
    const vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
    const vector near_even = d4 - far2 * d2, near_odd = near * (d3 - far2 * d1);
    const vector far_even = d4 - near2 * d2, far_odd = far * (d3 - near2 * d1);
    d[0] = near2 * far2 * d0 - (near2 + far2) * d2 + d4;
    d[step] = near_even + near_odd;
    d[2 * step] = near_even - near_odd;
    d[3 * step] = far_even + far_odd;
    d[4 * step] = far_even - far_odd;
    d[5 * step] = near2 * far2 * d1 - (near2 + far2) * d3 + d[5 * step];
}

/* to[points] = B^T d B, `point` floats apart, for LANES channels of the pixels d around a tile of
 * the image x, zero outside the image. */
INLINE void load_channels(const struct ls_conv *conv, const int size, const float *x,
                          struct tile tile, int channel, const bool inside, float *to,
                          size_t point) {
    static const float zeros[LANES];
    const int side = size + 2;
    vector d[MAX_POINTS];
#pragma GCC unroll 6
    for (int j = 0; j < side; j++) {
#pragma GCC unroll 6
        for (int i = 0; i < side; i++) {
            const int iy = tile.y - 1 + i, ix = tile.x - 1 + j;
            const bool there =
                inside || (iy >= 0 && ix >= 0 && iy < conv->in_height && ix < conv->in_width);
            d[i * side + j] =
                load(there ? x + ((size_t)iy * conv->in_width + ix) * conv->in + channel : zeros);
        }
        transform_in(size, d + j, side);
    }
#pragma GCC unroll 6
    for (int i = 0; i < side; i++) {
        transform_in(size, d + side * i, 1);
#pragma GCC unroll 6
        for (int j = 0; j < side; j++)
            store(to + (size_t)(side * i + j) * point, d[side * i + j]);
    }
}

/* to[points][group][in] = the transformed input around `count` tiles of x[images]. */
INLINE void load_group(const struct ls_conv *conv, const int size, const float *x,
                       const struct tile *tiles, int count, float *to, int group) {
    const size_t point = ls_winograd_stride(group, conv->in);
    for (int t = 0; t < count; t++) {
        const struct tile tile = tiles[t];
        const float *image = x + (size_t)tile.image * conv->in_height * conv->in_width * conv->in;
        const bool inside = tile.y > 0 && tile.x > 0 && tile.y + size < conv->in_height &&
                            tile.x + size < conv->in_width;
        for (int channel = 0; channel < conv->in; channel += LANES) {
            float *at = to + (size_t)t * conv->in + channel;
            if (inside)
                load_channels(conv, size, image, tile, channel, true, at, point);
            else
                load_channels(conv, size, image, tile, channel, false, at, point);
        }
    }
}

#endif
