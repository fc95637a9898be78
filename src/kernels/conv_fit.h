/* How a convolution is computed, for the files that pack its weights and that run it. */
#ifndef LANDSCAPE_KERNELS_CONV_FIT_H
#define LANDSCAPE_KERNELS_CONV_FIT_H

#include "kernels/conv.h"

/* Products of an output value, and the weights of all outputs. */
static inline size_t ls_conv_depth(const struct ls_conv *conv) {
    return (size_t)conv->kernel * (size_t)conv->kernel * (size_t)conv->in;
}

static inline size_t ls_conv_plain_weights(const struct ls_conv *conv) {
    return ls_conv_depth(conv) * (size_t)conv->out;
}

/* What convolves y_grad to x_grad, if the stride is 1. */
struct ls_conv ls_conv_adjoint(const struct ls_conv *conv);

/* Whether of a larger window all positions but one lie in the border: the image is one pixel, and
 * so is what becomes of it. The position that does not, and the convolution without the others; one
 * that is not narrow stays as it is. */
bool ls_conv_is_narrow(const struct ls_conv *conv);
size_t ls_conv_middle(const struct ls_conv *conv);
struct ls_conv ls_conv_narrowed(const struct ls_conv *conv);

/* A convolution, which has been narrowed, is one of the same images with more channels. */
struct ls_conv_fit {
    struct ls_conv conv;
    bool more_in, more_out;
    int images; /* copied at a time: as many as have a group of minimal filtering's tiles */
};

/* That of a convolution, and of the gradient of its weights. */
struct ls_conv_fit ls_conv_fit_forward(const struct ls_conv *conv);
struct ls_conv_fit ls_conv_fit_gradient(const struct ls_conv *conv);

#endif
