#include "kernels/conv.h"
#include "base/alloc.h"
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

static size_t weights(const struct ls_conv *conv) {
    return depth(conv) * (size_t)conv->out;
}

static size_t pixels_in(const struct ls_conv *conv) {
    return (size_t)conv->in_height * conv->in_width;
}

static size_t floats_in(const struct ls_conv *conv) {
    return pixels_in(conv) * (size_t)conv->in;
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

static int whole_vectors(int channels) {
    const int lanes = ls_kernels()->lanes;
    return (channels + lanes - 1) / lanes * lanes;
}

enum { ENOUGH = 8 }; /* input channels, for minimal filtering on copies with more */

/* The convolution that the kernels compute. Its output channels fill whole vectors, and so do its
 * input channels if minimal filtering, for which `tile` gives the tile, lacks only that. Those
 * added hold zeros. */
static struct ls_conv fitted(const struct ls_conv *conv, int (*tile)(const struct ls_conv *)) {
    struct ls_conv fit = *conv, filled;
    fit.out = whole_vectors(conv->out);
    filled = fit;
    filled.in = whole_vectors(conv->in);
    return conv->in >= ENOUGH && tile(&filled) ? filled : fit;
}

static struct ls_conv fitted_forward(const struct ls_conv *conv) {
    return fitted(conv, ls_winograd_tile);
}

static struct ls_conv fitted_gradient(const struct ls_conv *conv) {
    return fitted(conv, ls_winograd_grad_tile);
}

/* Packed weights that direct loops read: [kernel][kernel][in][out]. */
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
    const struct ls_conv fit = fitted_forward(conv);
    (ls_winograd_tile(&fit) ? ls_kernels()->winograd_pack : pack_plain)(&fit, filters, packed);
}

size_t ls_conv_weights(const struct ls_conv *conv) {
    const struct ls_conv fit = fitted_forward(conv);
    return ls_winograd_tile(&fit) ? ls_winograd_weights(&fit) : weights(&fit);
}

void ls_conv_pack(const struct ls_conv *conv, const float *weight, const double *scale,
                  float *packed) {
    struct ls_filters filters = ls_filters_of(conv, weight);
    filters.scale = scale;
    pack(conv, &filters, packed);
}

size_t ls_conv_grad_weights(const struct ls_conv *conv) {
    const struct ls_conv back = adjoint(conv);
    return conv->stride == 1 ? ls_conv_weights(&back) : weights(conv);
}

void ls_conv_pack_grad(const struct ls_conv *conv, const float *weight, float *packed) {
    const struct ls_conv back = adjoint(conv);
    const struct ls_filters filters = ls_filters_adjoint(conv, weight);
    if (conv->stride == 1)
        pack(&back, &filters, packed);
    else
        pack_rows(conv, weight, packed);
}

/* Floats of scratch memory: copies of an image with the channels added, ... */
static size_t filled_in(const struct ls_conv *conv, const struct ls_conv *fit) {
    return fit->in == conv->in ? 0 : ls_align_floats(floats_in(fit));
}

static size_t filled_out(const struct ls_conv *conv, const struct ls_conv *fit) {
    return fit->out == conv->out ? 0 : ls_align_floats(floats_out(fit));
}

/* ... and the gradient of its weights. */
static size_t filled_weights(const struct ls_conv *conv, const struct ls_conv *fit) {
    return fit->in == conv->in && fit->out == conv->out ? 0 : ls_align_floats(weights(fit));
}

static size_t border_floats(const struct ls_conv *conv) {
    const struct ls_conv with = bordered(conv);
    return floats_in(&with);
}

static size_t forward_scratch(const struct ls_conv *conv) {
    const struct ls_conv fit = fitted_forward(conv);
    return filled_in(conv, &fit) + filled_out(conv, &fit) +
           (ls_winograd_tile(&fit) ? ls_winograd_scratch(&fit) : border_floats(&fit));
}

static size_t input_grad_scratch(const struct ls_conv *conv) {
    const struct ls_conv back = adjoint(conv);
    return conv->stride == 1 ? forward_scratch(&back) : pixels_out(conv) * depth(conv);
}

static size_t weight_grad_scratch(const struct ls_conv *conv) {
    const struct ls_conv fit = fitted_gradient(conv);
    return filled_in(conv, &fit) + filled_out(conv, &fit) + filled_weights(conv, &fit) +
           (ls_winograd_grad_tile(&fit) ? ls_winograd_grad_scratch(&fit) : border_floats(&fit));
}

size_t ls_conv_scratch(const struct ls_conv *conv, bool training) {
    const size_t forward = forward_scratch(conv);
    return training ? max(forward, max(input_grad_scratch(conv), weight_grad_scratch(conv)))
                    : forward;
}

/* to[count][more] = from[count][channels], and zeros. */
static void fill_channels(size_t count, int channels, const float *from, int more, float *to) {
    for (size_t p = 0; p < count; p++, from += channels, to += more) {
        for (int c = 0; c < channels; c++)
            to[c] = from[c];
        for (int c = channels; c < more; c++)
            to[c] = 0;
    }
}

/* to[count][channels] = the first of from[count][more] + add[count][channels]; `add` may be `to`,
 * or NULL. */
static void take_channels(size_t count, int more, const float *from, const float *add, int channels,
                          float *to) {
    for (size_t p = 0; p < count; p++, from += more, to += channels) {
        for (int c = 0; c < channels; c++)
            to[c] = add ? from[c] + add[c] : from[c];
        add = add ? add + channels : NULL;
    }
}

/* x with the channels added: x itself where there are none. */
static const float *with_channels(const struct ls_conv *conv, const struct ls_conv *fit,
                                  const float *x, float *scratch) {
    if (fit->in == conv->in)
        return x;
    fill_channels(pixels_in(conv), conv->in, x, fit->in, scratch);
    return scratch;
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

/* A fitted convolution. */
static void convolve(const struct ls_conv *conv, int images, const float *x, const float *packed,
                     const float *bias, const float *residual, bool relu, float *y,
                     float *scratch) {
    const struct ls_conv with = bordered(conv);
    if (ls_winograd_tile(conv)) {
        ls_kernels()->winograd_forward(conv, images, x, packed, bias, residual, relu, y, scratch);
        return;
    }
    for (int i = 0; i < images; i++) {
        const size_t at = floats_out(conv) * (size_t)i;
        ls_kernels()->conv_forward(&with,
                                   with_border(conv, x + floats_in(conv) * (size_t)i, scratch),
                                   packed, bias, residual ? residual + at : NULL, relu, y + at);
    }
}

/* One image, whose channels are not those of the fitted convolution. */
static void convolve_filled(const struct ls_conv *conv, const struct ls_conv *fit, const float *x,
                            const float *packed, const float *bias, const float *residual,
                            bool relu, float *y, float *scratch) {
    float *all = scratch + filled_in(conv, fit), *rest = all + filled_out(conv, fit);
    const float *filled = with_channels(conv, fit, x, scratch);
    if (fit->out == conv->out) {
        convolve(fit, 1, filled, packed, bias, residual, relu, y, rest);
        return;
    }
    convolve(fit, 1, filled, packed, NULL, NULL, false, all, rest);
    take_channels(pixels_out(conv), fit->out, all, residual, conv->out, y);
    if (bias || relu)
        ls_kernels()->floats->affine(pixels_out(conv), conv->out, y, NULL, bias, NULL, relu, y);
}

void ls_conv_forward(const struct ls_conv *conv, int images, const float *x, const float *packed,
                     const float *bias, const float *residual, bool relu, float *y,
                     float *scratch) {
    const struct ls_conv fit = fitted_forward(conv);
    if (fit.in == conv->in && fit.out == conv->out) {
        convolve(conv, images, x, packed, bias, residual, relu, y, scratch);
        return;
    }
    for (int i = 0; i < images; i++) {
        const size_t at = floats_out(conv) * (size_t)i;
        convolve_filled(conv, &fit, x + floats_in(conv) * (size_t)i, packed, bias,
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

/* The gradient of a fitted convolution's weights. */
static void differentiate(const struct ls_conv *conv, int images, const float *x,
                          const float *y_grad, float *weight_grad, float *scratch) {
    const struct ls_conv with = bordered(conv);
    if (ls_winograd_grad_tile(conv)) {
        ls_kernels()->winograd_weight_grad(conv, images, x, y_grad, weight_grad, scratch);
        return;
    }
    memset(weight_grad, 0, weights(conv) * sizeof *weight_grad);
    for (int i = 0; i < images; i++, x += floats_in(conv), y_grad += floats_out(conv))
        ls_kernels()->conv_weight_grad(&with, with_border(conv, x, scratch), y_grad, weight_grad);
}

/* weight_grad (= or +=) that for one image, whose channels are not those of the fitted
 * convolution. */
static void differentiate_filled(const struct ls_conv *conv, const struct ls_conv *fit,
                                 const float *x, const float *y_grad, bool add, float *weight_grad,
                                 float *scratch) {
    float *filled_grad = scratch + filled_in(conv, fit);
    float *all = filled_grad + filled_out(conv, fit), *rest = all + filled_weights(conv, fit);
    const size_t in = (size_t)conv->in, out = (size_t)conv->out;
    const float *filled = with_channels(conv, fit, x, scratch);
    if (fit->out != conv->out) {
        fill_channels(pixels_out(conv), conv->out, y_grad, fit->out, filled_grad);
        y_grad = filled_grad;
    }
    differentiate(fit, 1, filled, y_grad, all, rest);
    for (int tap = 0; tap < conv->kernel * conv->kernel; tap++) {
        take_channels(in, fit->out, all, add ? weight_grad : NULL, conv->out, weight_grad);
        all += (size_t)fit->in * fit->out;
        weight_grad += in * out;
    }
}

void ls_conv_weight_grad(const struct ls_conv *conv, int images, const float *x,
                         const float *y_grad, float *weight_grad, float *scratch) {
    const struct ls_conv fit = fitted_gradient(conv);
    if (fit.in == conv->in && fit.out == conv->out) {
        differentiate(conv, images, x, y_grad, weight_grad, scratch);
        return;
    }
    for (int i = 0; i < images; i++, x += floats_in(conv), y_grad += floats_out(conv))
        differentiate_filled(conv, &fit, x, y_grad, i > 0, weight_grad, scratch);
}
