/* Convolution of one image with 3x3 windows, stride 1 and padding 1 by Winograd's minimal filtering
 * F(2x2, 3x3): 16 multiplications where the definition takes 36 (Lavin and Gray, "Fast Algorithms
 * for Convolutional Neural Networks", 2016). */
#ifndef LANDSCAPE_KERNELS_WINOGRAD_H
#define LANDSCAPE_KERNELS_WINOGRAD_H

#include "kernels/conv.h"

/* Whether this machine has a kernel for the convolution, and it is the faster one. */
bool ls_winograd_suits(const struct ls_conv *conv);

enum { LS_WINOGRAD_POINTS = 16, LS_WINOGRAD_GROUP = 16 }; /* values of a tile; tiles at a time */

/* Floats from one point of a group's transformed tiles [point][tile][channels] to the next: not a
 * power of two, which would put all points of a tile into one set of the cache. */
static inline size_t ls_winograd_stride(int channels) {
    return (size_t)LS_WINOGRAD_GROUP * channels + 16;
}

/* Floats of packed weights, and of scratch memory. */
size_t ls_winograd_weights(const struct ls_conv *conv);
size_t ls_winograd_scratch(const struct ls_conv *conv);

/* packed[slice][4][4][in][slice's channels] = G g G^T for the filters g of weight[out][in][3][3] *
 * scale of one output channel; a slice is two vectors of output channels, the last maybe one. */
void ls_winograd_pack(const struct ls_conv *conv, const float *weight, int channel, double scale,
                      float *packed);

/* y = relu?(x * weight + bias + residual); bias[out] and residual (shaped as y) may be NULL. */
typedef void ls_winograd_forward(const struct ls_conv *conv, const float *x, const float *packed,
                                 const float *bias, const float *residual, bool relu, float *y,
                                 float *scratch);

#endif
