/* Convolution of images: forward, and its two gradients. Winograd's minimal filtering where it
 * fits, otherwise direct loops in the CPU's vectors; where the channels do not fill these, on
 * copies of an image with more of them. One of single pixels with many weights, and the gradient of
 * the input behind a stride, are matrix products. */
#ifndef LANDSCAPE_KERNELS_CONV_H
#define LANDSCAPE_KERNELS_CONV_H

#include "kernels/bfloat.h"
#include <stdbool.h>
#include <stddef.h>

/* x[in_height][in_width][in], y[out_height][out_width][out] */
struct ls_conv {
    int in_height, in_width, in;
    int out_height, out_width, out;
    int kernel, stride, padding;
    bool bfloat_weights; /* packing rounds the weights to bfloat16 */
};

static inline size_t ls_conv_pixels_out(const struct ls_conv *conv) {
    return (size_t)conv->out_height * (size_t)conv->out_width;
}

/* Of an image. */
static inline size_t ls_conv_floats_in(const struct ls_conv *conv) {
    return (size_t)conv->in_height * (size_t)conv->in_width * (size_t)conv->in;
}

/* The filters of a convolution in PyTorch's layout [out][in][kernel][kernel], or those of its
 * adjoint, which maps output gradients to input gradients: [in][out][kernel][kernel] with the
 * window's positions in reverse order. */
struct ls_filters {
    const float *weight;      /* [out][in][kernel][kernel] */
    int out, in;              /* channels; a filter of any other is zero */
    size_t out_step, in_step; /* floats from one output or input channel to the next */
    int taps;                 /* kernel * kernel */
    bool reversed;
    bool rounded;        /* to bfloat16, before they are scaled */
    const double *scale; /* [out]; NULL: 1 */
};

static inline double ls_filter_value(const struct ls_filters *filters, int out, int in, int tap) {
    if (out >= filters->out || in >= filters->in)
        return 0;
    const float value =
        filters->weight[(size_t)out * filters->out_step + (size_t)in * filters->in_step +
                        (size_t)(filters->reversed ? filters->taps - 1 - tap : tap)];
    return (filters->scale ? filters->scale[out] : 1) *
           (double)(filters->rounded ? ls_float_of(ls_bfloat_of(value)) : value);
}

/* Of weight[out][in][kernel][kernel]. */
static inline struct ls_filters ls_filters_of(const struct ls_conv *conv, const float *weight) {
    const int taps = conv->kernel * conv->kernel;
    return (struct ls_filters){
        .weight = weight,
        .out = conv->out,
        .in = conv->in,
        .out_step = (size_t)taps * conv->in,
        .in_step = (size_t)taps,
        .taps = taps,
        .rounded = conv->bfloat_weights,
    };
}

/* Those of its adjoint. */
static inline struct ls_filters ls_filters_adjoint(const struct ls_conv *conv,
                                                   const float *weight) {
    struct ls_filters filters = ls_filters_of(conv, weight);
    filters.out = conv->in;
    filters.in = conv->out;
    filters.in_step = filters.out_step;
    filters.out_step = (size_t)filters.taps;
    filters.reversed = true;
    return filters;
}

/* Floats of packed weights that ls_conv_forward wants. */
size_t ls_conv_weights(const struct ls_conv *conv);

/* Packs weight[out][in][kernel][kernel] times scale[out]. */
void ls_conv_pack(const struct ls_conv *conv, const float *weight, const double *scale,
                  float *packed);

/* The same for ls_conv_input_grad, not scaled. */
size_t ls_conv_grad_weights(const struct ls_conv *conv);
void ls_conv_pack_grad(const struct ls_conv *conv, const float *weight, float *packed);

/* Floats of scratch memory that the functions below need, the gradients' included in training. */
size_t ls_conv_scratch(const struct ls_conv *conv, bool training);

/* y[images] = relu?(x[images] * weight + bias + residual); bias[out] and residual (shaped as y, may
 * be y) may be NULL. */
void ls_conv_forward(const struct ls_conv *conv, int images, const float *x, const float *packed,
                     const float *bias, const float *residual, bool relu, float *y, float *scratch);

/* x_grad[images] (= or +=) the gradient for y_grad[images]. */
void ls_conv_input_grad(const struct ls_conv *conv, int images, const float *y_grad,
                        const float *packed, bool add, float *x_grad, float *scratch);

/* weight_grad[kernel][kernel][in][out] = the gradient for y_grad[images]. */
void ls_conv_weight_grad(const struct ls_conv *conv, int images, const float *x,
                         const float *y_grad, float *weight_grad, float *scratch);

/* The direct kernels of one instruction set, for one image: x has its zero border already
 * (in_height and in_width count it, padding is not looked at), and `out` is a multiple of the
 * vector's lanes. */
typedef void ls_direct_forward(const struct ls_conv *conv, const float *x, const float *weight,
                               const float *bias, const float *residual, bool relu, float *y);
/* weight_grad += */
typedef void ls_direct_weight_grad(const struct ls_conv *conv, const float *x, const float *y_grad,
                                   float *weight_grad);

#endif
