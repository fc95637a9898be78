#include "kernels/conv.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include <string.h>

static size_t pixels_out(const struct ls_conv *conv) {
    return (size_t)conv->out_height * conv->out_width;
}

static size_t depth(const struct ls_conv *conv) {
    return (size_t)conv->kernel * conv->kernel * conv->in;
}

static size_t max(size_t a, size_t b) {
    return a > b ? a : b;
}

/* The same image with its zero border counted in. */
static struct ls_conv bordered(const struct ls_conv *conv) {
    struct ls_conv with = *conv;
    with.in_height += 2 * conv->padding;
    with.in_width += 2 * conv->padding;
    with.padding = 0;
    return with;
}

/* What convolves y_grad to x_grad, if the stride is 1. */
static struct ls_conv adjoint(const struct ls_conv *conv) {
    return (struct ls_conv){.in_height = conv->out_height,
                            .in_width = conv->out_width,
                            .in = conv->out,
                            .out_height = conv->in_height,
                            .out_width = conv->in_width,
                            .out = conv->in,
                            .kernel = conv->kernel,
                            .stride = 1,
                            .padding = conv->kernel - 1 - conv->padding};
}

static bool direct(const struct ls_conv *conv) {
    const struct ls_kernels *kernels = ls_kernels();
    return kernels->lanes && conv->out % kernels->lanes == 0;
}

static size_t border_floats(const struct ls_conv *conv) {
    const struct ls_conv with = bordered(conv);
    return (size_t)with.in_height * with.in_width * with.in;
}

size_t ls_conv_scratch(const struct ls_conv *conv) {
    const struct ls_conv back = adjoint(conv);
    const size_t columns =
        max(pixels_out(conv) * depth(conv),
            (size_t)conv->in_height * conv->in_width * conv->kernel * conv->kernel * conv->out);
    return max(columns, max(border_floats(conv), border_floats(&back)));
}

/* x with a zero border: x itself where there is none. */
static const float *with_border(const struct ls_conv *conv, const float *x, float *scratch) {
    const struct ls_conv with = bordered(conv);
    const size_t row = (size_t)conv->in_width * conv->in, side = (size_t)conv->padding * conv->in;
    const size_t wide = row + 2 * side, edge = wide * conv->padding;
    if (conv->padding == 0)
        return x;
    memset(scratch, 0, edge * sizeof *scratch);
    for (int y = 0; y < conv->in_height; y++) {
        float *to = scratch + edge + (size_t)y * wide;
        memset(to, 0, side * sizeof *to);
        memcpy(to + side, x + (size_t)y * row, row * sizeof *to);
        memset(to + side + row, 0, side * sizeof *to);
    }
    memset(scratch + wide * (size_t)(with.in_height - conv->padding), 0, edge * sizeof *scratch);
    return scratch;
}

/* The columns of a 1x1 convolution with stride 1 are the image itself. */
static const float *columns_of(const struct ls_conv *conv, const float *x, float *scratch) {
    if (conv->kernel == 1 && conv->stride == 1)
        return x;
    ls_im2col(conv, x, scratch);
    return scratch;
}

void ls_conv_forward(const struct ls_conv *conv, const float *x, const float *weight,
                     const float *bias, const float *residual, bool relu, float *y,
                     float *scratch) {
    if (direct(conv)) {
        const struct ls_conv with = bordered(conv);
        ls_kernels()->conv_forward(&with, with_border(conv, x, scratch), weight, bias, residual,
                                   relu, y);
        return;
    }
    const bool add = residual == y && residual;
    ls_gemm(false, false, (int)pixels_out(conv), conv->out, (int)depth(conv),
            columns_of(conv, x, scratch), weight, add, y);
    if (bias || relu || (residual && !add))
        ls_kernels()->affine(pixels_out(conv), conv->out, y, NULL, bias, add ? NULL : residual,
                             relu, y);
}

void ls_conv_input_grad(const struct ls_conv *conv, const float *y_grad, const float *reversed,
                        bool add, float *x_grad, float *scratch) {
    if (conv->stride == 1) {
        const struct ls_conv back = adjoint(conv);
        ls_conv_forward(&back, y_grad, reversed, NULL, add ? x_grad : NULL, false, x_grad, scratch);
        return;
    }
    ls_im2col_adjoint(conv, y_grad, scratch);
    ls_gemm(false, false, conv->in_height * conv->in_width, conv->in,
            conv->kernel * conv->kernel * conv->out, scratch, reversed, add, x_grad);
}

void ls_conv_weight_grad(const struct ls_conv *conv, const float *x, const float *y_grad,
                         float *weight_grad, float *scratch) {
    if (direct(conv)) {
        const struct ls_conv with = bordered(conv);
        ls_kernels()->conv_weight_grad(&with, with_border(conv, x, scratch), y_grad, weight_grad);
        return;
    }
    ls_gemm(true, false, (int)depth(conv), conv->out, (int)pixels_out(conv),
            columns_of(conv, x, scratch), y_grad, true, weight_grad);
}
