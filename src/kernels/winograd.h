/* Convolution with 3x3 windows, stride 1 and padding 1 by Winograd's minimal filtering (Lavin and
 * Gray, "Fast Algorithms for Convolutional Neural Networks", 2016): F(4x4, 3x3), 36 multiplications
 * where the definition takes 144, or F(2x2, 3x3), 16 where it takes 36.
 *
 * Images are cut into tiles of 4x4 or 2x2 output pixels. With d the input pixels around a tile, one
 * more on each side, g a filter and m their products, y = A^T m A, m = (G g G^T) (B^T d B) point by
 * point, summed over the input channels. The filter's gradient is the same read backwards:
 * dg = G^T [(A dy A^T) (B^T d B)] G, summed over the tiles.
 *
 * The matrices belong to the interpolation points 0, 1, -1, infinity and 0, +-5/8, +-3/2, infinity.
 * Rounding takes half as much with these as with those that are usual, 1 and 2 (Barabasz et al.,
 * "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks",
 * 2020, on why the points matter). */
#ifndef LANDSCAPE_KERNELS_WINOGRAD_H
#define LANDSCAPE_KERNELS_WINOGRAD_H

#include "kernels/conv.h"

/* The tile's height and width, 4 or 2, that takes the fewest multiplications; 0: there is no kernel
 * for the convolution, or another is faster. */
int ls_winograd_tile(const struct ls_conv *conv);

/* The same for the gradient of the weights, which works on blocks of so many output channels and
 * groups of so many tiles. */
int ls_winograd_grad_tile(const struct ls_conv *conv);
int ls_winograd_grad_block(const struct ls_conv *conv);
int ls_winograd_grad_group(const struct ls_conv *conv);

/* Tiles at work at a time, and the most of them. */
enum { LS_WINOGRAD_GROUP = 16, LS_WINOGRAD_LARGE_GROUP = 128, LS_WINOGRAD_MAX_POINTS = 36 };

/* Products of a tile of `tile` x `tile` output pixels. */
static inline int ls_winograd_points(int tile) {
    return (tile + 2) * (tile + 2);
}

/* Tiles of an image. */
static inline int ls_winograd_tiles(const struct ls_conv *conv, int tile) {
    return (conv->out_height + tile - 1) / tile * ((conv->out_width + tile - 1) / tile);
}

/* Floats from one point of the transformed values [point][group][channels] of a group of tiles to
 * the next: not a power of two, which would put all points of a tile into one set of the cache. */
static inline size_t ls_winograd_stride(int group, int channels) {
    return (size_t)group * channels + 16;
}

/* The points 0, +-NEAR, +-FAR, infinity of F(4x4, 3x3). */
#define LS_WINOGRAD_NEAR 0.625F
#define LS_WINOGRAD_FAR  1.5F

/* Floats of packed weights, and of the scratch memory of convolution and of the gradient. */
size_t ls_winograd_weights(const struct ls_conv *conv);
size_t ls_winograd_scratch(const struct ls_conv *conv);
size_t ls_winograd_grad_scratch(const struct ls_conv *conv);

/* packed[slice][points][in][slice's channels] = G g G^T for the filters g; a slice is two vectors
 * of output channels, the last maybe one. */
typedef void ls_winograd_pack(const struct ls_conv *conv, const struct ls_filters *filters,
                              float *packed);

/* y[images] = relu?(x[images] * weight + bias + residual); bias[out] and residual (shaped as y, may
 * be y) may be NULL. */
typedef void ls_winograd_forward(const struct ls_conv *conv, int images, const float *x,
                                 const float *packed, const float *bias, const float *residual,
                                 bool relu, float *y, float *scratch);

/* weight_grad[3][3][in][out] = the gradient for y_grad[images]. */
typedef void ls_winograd_weight_grad(const struct ls_conv *conv, int images, const float *x,
                                     const float *y_grad, float *weight_grad, float *scratch);

#endif
