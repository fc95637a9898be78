/* Convolution of bfloat16 activations: products are summed in float, and every value is as if its
 * image were alone. In two parts, products are high*high + high*low + low*high. */
#ifndef LANDSCAPE_KERNELS_TILE_CONV_H
#define LANDSCAPE_KERNELS_TILE_CONV_H

#include "kernels/conv.h"
#include "kernels/tile_grad.h"
#include "kernels/tiles.h"
#include <stdbool.h>

/* Output pixels that stand at equal distances in x, y and residual, at most 16 of them, are the
 * rows of a tile. Tiles cover the output, and may overlap. */
struct ls_tile_walk {
    bool interleaved;    /* a tile's rows run over the interleaved images as well */
    int rows;            /* of every tile */
    int units;           /* rows in one row of pixels */
    int per_line;        /* tiles in one row of pixels */
    int tiles;           /* in all */
    size_t x_row, y_row; /* bytes from one row of a tile to the next, in x, and in y and residual */
};

/* A convolution from one layout to another. The images of y have the size that kernel, stride and
 * padding give, and at least 16 channels; x's border is at least the padding. The last fields are
 * derived from the others by ls_tile_conv_plan. */
struct ls_tile_conv {
    int images;                     /* a multiple of every interleave */
    struct ls_tiles x, y, residual; /* residual: as y; its border is at least 1 */
    int kernel, stride, padding;
    struct ls_tile_walk walk;
    int steps; /* of 32 neighbouring values each, that make one output value */
};
void ls_tile_conv_plan(struct ls_tile_conv *conv);

/* Bytes of packed weights. */
size_t ls_tile_conv_packed_bytes(const struct ls_tile_conv *conv);

/* Where a tile's first row stands, in bytes: in x, the first value of its window. */
struct ls_tile_spot {
    size_t x, y, residual;
};

/* Packed weights as the kernels see them. */
struct ls_tile_weights {
    int columns; /* tiles of 16 output channels */
    int spots;   /* tiles of pixels, the last repeated to make the number even by four */
    struct ls_tile_spot *spot; /* [spots] */
    float *scale;              /* [columns][16] */
    int *offset;               /* [steps] from a window's first value to the step's, in bytes */
    float *bias;               /* [columns][16] */
    uint16_t *pick;            /* [2][depth / 2][16][2] ones that pick 16 of 32 neighbouring values:
                                  the first, the last; both added up if they are a pixel's parts */
    uint16_t *weight;          /* [columns][steps][depth / 2][16][2] */
};
struct ls_tile_weights ls_tile_weights_of(const struct ls_tile_conv *conv, void *packed);

/* Packs the filters times scale[out]; scale and bias are in `packed` already. */
void ls_tile_conv_pack(const struct ls_tile_conv *conv, const struct ls_filters *filters,
                       void *packed);

/* y = relu?(x * weight + bias + residual), y's border zero; residual may be NULL. */
typedef void ls_tile_conv_forward(const struct ls_tile_conv *conv, void *packed, const void *x,
                                  const void *residual, bool relu, void *y);

/* The kernels of one kind of CPU. */
struct ls_tile_kernels {
    const char *name;
    bool fast; /* faster than convolution in float */
    ls_tile_conv_forward *conv_forward;
    ls_tile_weight_grad *weight_grad;
};

/* The fastest this machine can run. */
const struct ls_tile_kernels *ls_tile_kernels(void);

#endif
