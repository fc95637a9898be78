/* The inner loops, one table for each kind of CPU. Activations are [pixels][channels] throughout.
 * But for convolutions, GELU, layer norm, softmax, sums over pixels and denormal numbers in
 * bfloat16, every table computes the same bits: no multiply-add is contracted. */
#ifndef LANDSCAPE_KERNELS_KERNELS_H
#define LANDSCAPE_KERNELS_KERNELS_H

#include "kernels/conv.h"
#include "kernels/winograd.h"
#include <stdint.h>

/* SGD with Nesterov momentum as PyTorch computes it. */
struct ls_sgd {
    float rate, momentum, weight_decay;
};

/* Loops over activations of one type, floats or bfloat16. Those in bfloat16 compute in float and
 * round what they store, to nearest even. */
struct ls_elementwise {
    size_t bytes; /* of a value */

    /* y[pixels][channels] = relu?(x * scale[channels] + shift[channels] + residual); scale, shift,
     * residual may be NULL (1, 0 and 0); y may be x. */
    void (*affine)(size_t pixels, int channels, const void *x, const float *scale,
                   const float *shift, const void *residual, bool relu, void *y);

    /* sum[channels] += x, square[channels] += x * x over the pixels. */
    void (*moments)(size_t pixels, int channels, const void *x, double *sum, double *square);

    /* The reductions of batch norm's backward pass: sum[channels] += g, dot[channels] += g * x,
     * with g = y_grad where y > 0, else 0; y NULL: g = y_grad. */
    void (*gradient_moments)(size_t pixels, int channels, const void *x, const void *y,
                             const void *y_grad, double *sum, double *dot);

    /* x_grad (= or +=) a[channels] * g + b[channels] * x + c[channels], g as above, and
     * residual_grad (= or +=) g if it is not NULL. */
    void (*gradient_affine)(size_t pixels, int channels, const void *x, const void *y,
                            const void *y_grad, const float *a, const float *b, const float *c,
                            void *x_grad, bool add_x, void *residual_grad, bool add_residual);

    /* y = a + b; y may be one of them. */
    void (*add)(size_t count, const void *a, const void *b, void *y);

    /* y = max(x, 0). */
    void (*relu)(size_t count, const void *x, void *y);

    /* x_grad (= or +=) y_grad where y > 0, else 0. */
    void (*relu_gradient)(size_t count, const void *y, const void *y_grad, void *x_grad, bool add);
};

/* y = GELU of x; y may be x. */
typedef void ls_gelu(size_t count, const float *x, float *y);

/* x_grad (= or +=) y_grad times the derivative at x. */
typedef void ls_gelu_gradient(size_t count, const float *x, const float *y_grad, bool add,
                              float *x_grad);

/* Layer norm of each pixel: y = (x - mean) / sqrt(variance + epsilon) * weight[channels] +
 * bias[channels], the mean and biased variance those of the pixel's channels; weight and bias may
 * be NULL (1 and 0). */
typedef void ls_layer_norm(size_t pixels, size_t channels, const float *x, float epsilon,
                           const float *weight, const float *bias, float *y);

/* x_grad (= or +=) the gradient for y_grad; weight may be NULL (1). */
typedef void ls_layer_norm_gradient(size_t pixels, size_t channels, const float *x, float epsilon,
                                    const float *weight, const float *y_grad, bool add,
                                    float *x_grad);

/* sum[channels] += y_grad * (x - mean) / sqrt(variance + epsilon) over the pixels. */
typedef void ls_layer_norm_products(size_t pixels, size_t channels, const float *x, float epsilon,
                                    const float *y_grad, float *sum);

/* Softmax of each row: x[rows][count] becomes exp(x) over the row's sum of that. As in PyTorch, a
 * row whose largest number is infinite, or that holds a NaN, becomes NaN. */
typedef void ls_softmax(size_t rows, size_t count, float *x);

/* A gradient of softmax's output y becomes that of its input, or a change of the input that of the
 * output, which is the same: x[rows][count] becomes y (x - sum of x y over the row). */
typedef void ls_softmax_gradient(size_t rows, size_t count, const float *y, float *x);

/* Does `rounds` of multiply-adds in registers, their sum in *sum so that the compiler keeps
 * them, and returns how many floating-point operations that were. */
typedef double ls_peak(size_t rounds, float value, float *sum);

struct ls_kernels {
    const char *name;

    /* Direct convolution for output channels that are a multiple of `lanes`. */
    int lanes;
    ls_direct_forward *conv_forward;
    ls_direct_weight_grad *conv_weight_grad;
    ls_winograd_pack *winograd_pack;
    ls_winograd_forward *winograd_forward;
    ls_winograd_weight_grad *winograd_weight_grad;

    ls_peak *peak;

    const struct ls_elementwise *floats;

    /* y = x, from bfloat16 to float and back (rounded to nearest even). */
    void (*widen)(size_t count, const uint16_t *x, float *y);
    void (*narrow)(size_t count, const float *x, uint16_t *y);

    /* total[count] = sum of part[0 .. parts-1][stride], of 64 in that order at a time. */
    void (*sum_parts)(size_t count, const float *part, int parts, size_t stride, float *total);

    /* y[pixels][channels] += x[pixels][channels] * weight[channels], where a pixel is x_step or
     * y_step floats behind the one before. */
    void (*scale_add)(int pixels, size_t channels, const float *x, size_t x_step,
                      const float *weight, float *y, size_t y_step);

    /* total[channels] += x[pixels][channels] * y[pixels][channels] over such pixels. */
    void (*products_add)(int pixels, size_t channels, const float *x, size_t x_step, const float *y,
                         size_t y_step, float *total);

    ls_gelu *gelu;
    ls_gelu_gradient *gelu_gradient;
    ls_layer_norm *layer_norm;
    ls_layer_norm_gradient *layer_norm_gradient;
    ls_layer_norm_products *layer_norm_products;
    ls_softmax *softmax;
    ls_softmax_gradient *softmax_gradient;

    /* One step on `count` parameters. */
    void (*sgd)(size_t count, const struct ls_sgd *sgd, const float *gradient, float *velocity,
                float *weight);
};

/* The fastest this machine can run. */
const struct ls_kernels *ls_kernels(void);
const struct ls_elementwise *ls_bfloat_loops(void);

#endif
