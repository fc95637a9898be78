/* The gradient of a convolution's weights from activations and gradients in bfloat16. */
#ifndef LANDSCAPE_KERNELS_TILE_GRAD_H
#define LANDSCAPE_KERNELS_TILE_GRAD_H

#include "kernels/conv.h"
#include <stdint.h>

/* weight_grad[kernel][kernel][in][out] = the gradient for x[images][height][width][in] and
 * y_grad[images][height][width][out]. Products are summed in float. */
typedef void ls_tile_weight_grad(const struct ls_conv *conv, int images, const uint16_t *x,
                                 const uint16_t *y_grad, float *weight_grad, void *scratch);

/* For machines without tiles, and with them. */
ls_tile_weight_grad ls_tile_weight_grad_portable, ls_tile_weight_grad_amx;

/* How matrix tiles want to find the two. Positions run over the pixels of x, image by image, rows
 * of an even width; 32 of them are the depth of a multiplication. For each column of the window
 * there is a copy of y_grad, moved so that a pixel's gradient stands where the window finds x; a
 * row of the window is then the same copy some rows of the image further on. */
struct ls_tile_grad {
    int width;               /* of x, rounded up to whole pairs */
    int rows;                /* of an image of y_grad: those of x, and one less than the window's */
    int blocks;              /* of 32 positions in an image of x */
    int group;               /* images at a time, few enough to stay in the cache */
    int in_tiles, out_tiles; /* of 16 channels */
    size_t x_image, y_image; /* values of one image and tile of channels */
    /* Bytes into the scratch memory: weight_grad with whole tiles of channels; an image of x and a
     * row of y_grad with all of them; x as [in_tiles][images][blocks][16 channels][32]; y_grad as
     * [columns of the window][out_tiles][images][rows][width / 2][16 channels][2]. */
    size_t sums, image, row, lines, pairs, bytes;
};
struct ls_tile_grad ls_tile_grad_plan(const struct ls_conv *conv, int images);

#endif
