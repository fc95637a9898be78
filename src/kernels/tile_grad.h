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

/* How matrix tiles want to find the two. An output pixel's gradient stands where the first value of
 * its window stands in x, and zeros elsewhere: the gradient of a tap is the product of the two, one
 * of them moved by the tap, summed over all positions. Positions run over the images with their
 * borders; 32 of them are a row of a tile. */
struct ls_tile_grad {
    int height, width;     /* of an image with its border */
    int in_room, out_room; /* channels, rounded up to whole tiles */
    size_t positions;      /* of all images, rounded up to whole rows of tiles */
    size_t line;           /* those of x, with the reach of the last tap */
    /* Bytes into the scratch memory: positions with their channels, of x and then of y_grad; x as
     * [in_room][line]; y_grad as [positions / 2][out_room][2]. */
    size_t wide, lines, pairs, bytes;
};
struct ls_tile_grad ls_tile_grad_plan(const struct ls_conv *conv, int images);

#endif
