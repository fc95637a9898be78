/* Convolution of one image: forward, and its two gradients. Direct loops in the CPU's vectors where
 * the channels fill them, otherwise im2col and a matrix product. */
#ifndef LANDSCAPE_KERNELS_CONV_H
#define LANDSCAPE_KERNELS_CONV_H

#include <stdbool.h>
#include <stddef.h>

/* x[in_height][in_width][in], y[out_height][out_width][out] */
struct ls_conv {
    int in_height, in_width, in;
    int out_height, out_width, out;
    int kernel, stride, padding;
};

/* Floats of scratch memory that the functions below need. */
size_t ls_conv_scratch(const struct ls_conv *conv);

/* y = relu?(x * weight + bias + residual) with weight[kernel][kernel][in][out]; bias[out] and
 * residual (shaped as y, may be y) may be NULL. */
void ls_conv_forward(const struct ls_conv *conv, const float *x, const float *weight,
                     const float *bias, const float *residual, bool relu, float *y, float *scratch);

/* x_grad (= or +=) the gradient for y_grad, with reversed[kernel][kernel][out][in]: the weights
 * with the window's positions in reverse order. */
void ls_conv_input_grad(const struct ls_conv *conv, const float *y_grad, const float *reversed,
                        bool add, float *x_grad, float *scratch);

/* weight_grad[kernel][kernel][in][out] += the gradient for y_grad. */
void ls_conv_weight_grad(const struct ls_conv *conv, const float *x, const float *y_grad,
                         float *weight_grad, float *scratch);

/* The direct kernels of one instruction set: x has its zero border already (in_height and in_width
 * count it, padding is not looked at), and `out` is a multiple of the vector's lanes. */
typedef void ls_direct_forward(const struct ls_conv *conv, const float *x, const float *weight,
                               const float *bias, const float *residual, bool relu, float *y);
typedef void ls_direct_weight_grad(const struct ls_conv *conv, const float *x, const float *y_grad,
                                   float *weight_grad);

#endif
