/* Convolutions of single pixels as matrix products, of which OpenBLAS makes blocks: where the
 * weights are more than stay in the cache while direct loops pass them for every few pixels. */
#ifndef LANDSCAPE_KERNELS_PRODUCT_H
#define LANDSCAPE_KERNELS_PRODUCT_H

#include "kernels/conv.h"

/* Whether the convolution is computed so. */
bool ls_product_fits(const struct ls_conv *conv);

/* As ls_conv_forward and ls_conv_weight_grad, with weights [in][out] and scratch
 * [out_height][out_width][in]. */
void ls_product_forward(const struct ls_conv *conv, int images, const float *x, const float *weight,
                        const float *bias, const float *residual, bool relu, float *y,
                        float *scratch);
void ls_product_weight_grad(const struct ls_conv *conv, int images, const float *x,
                            const float *y_grad, float *weight_grad, float *scratch);

#endif
