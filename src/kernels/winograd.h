/* Convolution with 3x3 windows, stride 1 and padding 1 by Winograd's minimal filtering F(2x2, 3x3):
 * 16 multiplications where the definition takes 36 (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2016).
 *
 * Images are cut into tiles of 2x2 output pixels. With d the 4x4 input pixels around a tile, g a
 * filter and m their 16 products, y = A^T m A, m = (G g G^T) (B^T d B) point by point, summed over
 * the input channels. The filter's gradient is the same read backwards:
 * dg = G^T [(A dy A^T) (B^T d B)] G, summed over the tiles. */
#ifndef LANDSCAPE_KERNELS_WINOGRAD_H
#define LANDSCAPE_KERNELS_WINOGRAD_H

#include "kernels/conv.h"

/* Whether this machine has a kernel for the convolution, and it is the faster one. */
bool ls_winograd_suits(const struct ls_conv *conv);

/* The same for the gradient of the weights. */
bool ls_winograd_suits_grad(const struct ls_conv *conv);

enum { LS_WINOGRAD_POINTS = 16, LS_WINOGRAD_GROUP = 16 }; /* values of a tile; tiles at a time */

/* Floats from one point of a group's transformed tiles [point][tile][channels] to the next: not a
 * power of two, which would put all points of a tile into one set of the cache. */
static inline size_t ls_winograd_stride(int channels) {
    return (size_t)LS_WINOGRAD_GROUP * channels + 16;
}

/* Floats of packed weights, and of the scratch memory of convolution and of the gradient. */
size_t ls_winograd_weights(const struct ls_conv *conv);
size_t ls_winograd_scratch(const struct ls_conv *conv);
size_t ls_winograd_grad_scratch(const struct ls_conv *conv);

/* packed[slice][4][4][in][slice's channels] = G g G^T for the filters g of one output channel,
 * times scale; a slice is two vectors of output channels, the last maybe one. */
void ls_winograd_pack(const struct ls_conv *conv, const struct ls_filters *filters, int channel,
                      double scale, float *packed);

/* y[images] = relu?(x[images] * weight + bias + residual); bias[out] and residual (shaped as y, may
 * be y) may be NULL. */
typedef void ls_winograd_forward(const struct ls_conv *conv, int images, const float *x,
                                 const float *packed, const float *bias, const float *residual,
                                 bool relu, float *y, float *scratch);

/* weight_grad[3][3][in][out] = the gradient for y_grad[images]. */
typedef void ls_winograd_weight_grad(const struct ls_conv *conv, int images, const float *x,
                                     const float *y_grad, float *weight_grad, float *scratch);

#endif
