#include "kernels/conv.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "kernels/winograd.h"
#include <string.h>

static size_t pixels_out(const struct ls_conv *conv) {
    return (size_t)conv->out_height * conv->out_width;
}

static size_t depth(const struct ls_conv *conv) {
    return (size_t)conv->kernel * conv->kernel * conv->in;
}

static size_t floats_in(const struct ls_conv *conv) {
    return (size_t)conv->in_height * conv->in_width * conv->in;
}

static size_t floats_out(const struct ls_conv *conv) {
    return pixels_out(conv) * (size_t)conv->out;
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
    return conv->out % ls_kernels()->lanes == 0;
}

/* Packed weights that direct loops and matrix products read: [kernel][kernel][in][out]. */
static void pack_plain(const struct ls_conv *conv, const struct ls_filters *filters,
                       float *packed) {
    for (int tap = 0; tap < filters->taps; tap++)
        for (int i = 0; i < conv->in; i++)
            for (int o = 0; o < conv->out; o++)
                *packed++ = (float)ls_filter_value(filters, o, i, tap);
}

/* Those of the gradient of the input with a stride: [out][kernel][kernel][in]. */
static void pack_rows(const struct ls_conv *conv, const float *weight, float *packed) {
    const struct ls_filters filters = ls_filters_of(conv, weight);
    for (int o = 0; o < conv->out; o++)
        for (int tap = 0; tap < filters.taps; tap++)
            for (int i = 0; i < conv->in; i++)
                *packed++ = (float)ls_filter_value(&filters, o, i, tap);
}

static void pack(const struct ls_conv *conv, const struct ls_filters *filters, float *packed) {
    (ls_winograd_tile(conv) ? ls_kernels()->winograd_pack : pack_plain)(conv, filters, packed);
}

size_t ls_conv_weights(const struct ls_conv *conv) {
    return ls_winograd_tile(conv) ? ls_winograd_weights(conv) : depth(conv) * (size_t)conv->out;
}

void ls_conv_pack(const struct ls_conv *conv, const float *weight, const double *scale,
                  float *packed) {
    struct ls_filters filters = ls_filters_of(conv, weight);
    filters.scale = scale;
    pack(conv, &filters, packed);
}

size_t ls_conv_grad_weights(const struct ls_conv *conv) {
    const struct ls_conv back = adjoint(conv);
    return conv->stride == 1 ? ls_conv_weights(&back) : depth(conv) * (size_t)conv->out;
}

void ls_conv_pack_grad(const struct ls_conv *conv, const float *weight, float *packed) {
    const struct ls_conv back = adjoint(conv);
    const struct ls_filters filters = ls_filters_adjoint(conv, weight);
    if (conv->stride == 1)
        pack(&back, &filters, packed);
    else
        pack_rows(conv, weight, packed);
}

static size_t border_floats(const struct ls_conv *conv) {
    const struct ls_conv with = bordered(conv);
    return (size_t)with.in_height * with.in_width * with.in;
}

static size_t forward_scratch(const struct ls_conv *conv) {
    if (ls_winograd_tile(conv))
        return ls_winograd_scratch(conv);
    return direct(conv) ? border_floats(conv) : pixels_out(conv) * depth(conv);
}

static size_t input_grad_scratch(const struct ls_conv *conv) {
    const struct ls_conv back = adjoint(conv);
    return conv->stride == 1 ? forward_scratch(&back) : pixels_out(conv) * depth(conv);
}

static size_t weight_grad_scratch(const struct ls_conv *conv) {
    if (ls_winograd_grad_tile(conv))
        return ls_winograd_grad_scratch(conv);
    return direct(conv) ? border_floats(conv) : pixels_out(conv) * depth(conv);
}

size_t ls_conv_scratch(const struct ls_conv *conv, bool training) {
    const size_t forward = forward_scratch(conv);
    return training ? max(forward, max(input_grad_scratch(conv), weight_grad_scratch(conv)))
                    : forward;
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

/* One image, not by Winograd. */
static void forward_image(const struct ls_conv *conv, const float *x, const float *packed,
                          const float *bias, const float *residual, bool relu, float *y,
                          float *scratch) {
    if (direct(conv)) {
        const struct ls_conv with = bordered(conv);
        ls_kernels()->conv_forward(&with, with_border(conv, x, scratch), packed, bias, residual,
                                   relu, y);
        return;
    }
    const bool add = residual == y && residual;
    ls_gemm(false, false, (int)pixels_out(conv), conv->out, (int)depth(conv),
            columns_of(conv, x, scratch), packed, add, y);
    if (bias || relu || (residual && !add))
        ls_kernels()->floats->affine(pixels_out(conv), conv->out, y, NULL, bias,
                                     add ? NULL : residual, relu, y);
}

void ls_conv_forward(const struct ls_conv *conv, int images, const float *x, const float *packed,
                     const float *bias, const float *residual, bool relu, float *y,
                     float *scratch) {
    if (ls_winograd_tile(conv)) {
        ls_kernels()->winograd_forward(conv, images, x, packed, bias, residual, relu, y, scratch);
        return;
    }
    for (int i = 0; i < images; i++) {
        const size_t at = floats_out(conv) * (size_t)i;
        forward_image(conv, x + floats_in(conv) * (size_t)i, packed, bias,
                      residual ? residual + at : NULL, relu, y + at, scratch);
    }
}

void ls_conv_input_grad(const struct ls_conv *conv, int images, const float *y_grad,
                        const float *packed, bool add, float *x_grad, float *scratch) {
    if (conv->stride == 1) {
        const struct ls_conv back = adjoint(conv);
        ls_conv_forward(&back, images, y_grad, packed, NULL, add ? x_grad : NULL, false, x_grad,
                        scratch);
        return;
    }
    if (!add)
        memset(x_grad, 0, (size_t)images * floats_in(conv) * sizeof *x_grad);
    for (int i = 0; i < images; i++) {
        ls_gemm(false, false, (int)pixels_out(conv), (int)depth(conv), conv->out,
                y_grad + floats_out(conv) * (size_t)i, packed, false, scratch);
        ls_col2im(conv, scratch, x_grad + floats_in(conv) * (size_t)i);
    }
}

void ls_conv_weight_grad(const struct ls_conv *conv, int images, const float *x,
                         const float *y_grad, float *weight_grad, float *scratch) {
    const struct ls_conv with = bordered(conv);
    if (ls_winograd_grad_tile(conv)) {
        ls_kernels()->winograd_weight_grad(conv, images, x, y_grad, weight_grad, scratch);
        return;
    }
    memset(weight_grad, 0, depth(conv) * (size_t)conv->out * sizeof *weight_grad);
    for (int i = 0; i < images; i++, x += floats_in(conv), y_grad += floats_out(conv))
        if (direct(conv))
            ls_kernels()->conv_weight_grad(&with, with_border(conv, x, scratch), y_grad,
                                           weight_grad);
        else
            ls_gemm(true, false, (int)depth(conv), conv->out, (int)pixels_out(conv),
                    columns_of(conv, x, scratch), y_grad, true, weight_grad);
}
