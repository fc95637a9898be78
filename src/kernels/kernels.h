/* The inner loops, one table for each kind of CPU. Activations are [pixels][channels] throughout.
 * But for the convolutions, every table computes the same bits: loops run over channels or
 * elements, each with its own sum, and no multiply-add is contracted. */
#ifndef LANDSCAPE_KERNELS_KERNELS_H
#define LANDSCAPE_KERNELS_KERNELS_H

#include "kernels/conv.h"
#include "kernels/winograd.h"

/* SGD with Nesterov momentum as PyTorch computes it. */
struct ls_sgd {
    float rate, momentum, weight_decay;
};

struct ls_kernels {
    const char *name;

    /* Direct convolution for output channels that are a multiple of `lanes`; 0: there is none. */
    int lanes;
    ls_direct_forward *conv_forward;
    ls_direct_weight_grad *conv_weight_grad;
    ls_winograd_forward *winograd_forward;
    ls_winograd_weight_grad *winograd_weight_grad;

    /* y[pixels][channels] = relu?(x * scale[channels] + shift[channels] + residual); scale,
     * residual may be NULL (1 and 0); y may be x. */
    void (*affine)(size_t pixels, int channels, const float *x, const float *scale,
                   const float *shift, const float *residual, bool relu, float *y);

    /* sum[channels] += x, square[channels] += x * x over the pixels. */
    void (*moments)(size_t pixels, int channels, const float *x, double *sum, double *square);

    /* The reductions of batch norm's backward pass: sum[channels] += g, dot[channels] += g * x,
     * with g = y_grad where y > 0, else 0; y NULL: g = y_grad. */
    void (*gradient_moments)(size_t pixels, int channels, const float *x, const float *y,
                             const float *y_grad, double *sum, double *dot);

    /* x_grad (= or +=) a[channels] * g + b[channels] * x + c[channels], g as above, and
     * residual_grad (= or +=) g if it is not NULL. */
    void (*gradient_affine)(size_t pixels, int channels, const float *x, const float *y,
                            const float *y_grad, const float *a, const float *b, const float *c,
                            float *x_grad, bool add_x, float *residual_grad, bool add_residual);

    /* y (= or +=) x. */
    void (*copy)(size_t count, const float *x, float *y, bool add);

    /* y = max(x, 0). */
    void (*relu)(size_t count, const float *x, float *y);

    /* x_grad (= or +=) y_grad where y > 0, else 0. */
    void (*relu_gradient)(size_t count, const float *y, const float *y_grad, float *x_grad,
                          bool add);

    /* total[count] = sum of part[0 .. parts-1][stride], in that order. */
    void (*sum_parts)(size_t count, const float *part, int parts, size_t stride, float *total);

    /* One step on `count` parameters. */
    void (*sgd)(size_t count, const struct ls_sgd *sgd, const float *gradient, float *velocity,
                float *weight);
};

/* The fastest table this machine can run. */
const struct ls_kernels *ls_kernels(void);

#endif
