#include "base/alloc.h"
#include "kernels/conv_fit.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "kernels/product.h"
#include "kernels/winograd.h"
#include <string.h>

static size_t pixels_in(const struct ls_conv *conv) {
    return (size_t)conv->in_height * conv->in_width;
}

static size_t floats_out(const struct ls_conv *conv) {
    return ls_conv_pixels_out(conv) * (size_t)conv->out;
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

/* Floats of scratch memory for copies with the channels added: of the images, ... */
static size_t room_in(const struct ls_conv_fit *fit) {
    return fit->more_in ? ls_align_floats((size_t)fit->images * ls_conv_floats_in(&fit->conv)) : 0;
}

static size_t room_out(const struct ls_conv_fit *fit) {
    return fit->more_out ? ls_align_floats((size_t)fit->images * floats_out(&fit->conv)) : 0;
}

/* ... and of the gradient of the weights. */
static size_t room_weights(const struct ls_conv_fit *fit) {
    return fit->more_in || fit->more_out ? ls_align_floats(ls_conv_plain_weights(&fit->conv)) : 0;
}

static size_t border_floats(const struct ls_conv *conv) {
    const struct ls_conv with = bordered(conv);
    return ls_conv_floats_in(&with);
}

static size_t forward_scratch(const struct ls_conv *conv) {
    const struct ls_conv_fit fit = ls_conv_fit_forward(conv);
    return room_in(&fit) + room_out(&fit) +
           (ls_winograd_tile(&fit.conv) ? ls_winograd_scratch(&fit.conv)
                                        : border_floats(&fit.conv));
}

static size_t input_grad_scratch(const struct ls_conv *conv) {
    const struct ls_conv back = ls_conv_adjoint(conv);
    return conv->stride == 1 ? forward_scratch(&back)
                             : ls_conv_pixels_out(conv) * ls_conv_depth(conv);
}

static size_t weight_grad_scratch(const struct ls_conv *conv) {
    const struct ls_conv_fit fit = ls_conv_fit_gradient(conv);
    return room_in(&fit) + room_out(&fit) + room_weights(&fit) +
           (ls_winograd_grad_tile(&fit.conv) ? ls_winograd_grad_scratch(&fit.conv)
                                             : border_floats(&fit.conv));
}

size_t ls_conv_scratch(const struct ls_conv *conv, bool training) {
    const struct ls_conv narrow = ls_conv_narrowed(conv);
    const size_t forward = forward_scratch(&narrow);
    return training ? max(forward, max(input_grad_scratch(&narrow), weight_grad_scratch(&narrow)))
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

/* to[count][channels] = relu?(the first of from[count][more] + bias[channels] +
 * add[count][channels]); `bias` and `add` may be NULL, `add` may be `to`. */
static void take_channels(size_t count, int more, const float *from, const float *bias,
                          const float *add, bool relu, int channels, float *to) {
    for (size_t p = 0; p < count; p++)
        for (int c = 0; c < channels; c++) {
            const size_t at = p * (size_t)channels + (size_t)c;
            float value = from[p * (size_t)more + (size_t)c];
            value = bias ? value + bias[c] : value;
            value = add ? value + add[at] : value;
            to[at] = relu && value < 0 ? 0 : value;
        }
}

/* x[images] with the channels added: x itself where there are none. */
static const float *with_channels(const struct ls_conv *conv, const struct ls_conv_fit *fit,
                                  int images, const float *x, float *scratch) {
    if (!fit->more_in)
        return x;
    fill_channels((size_t)images * pixels_in(conv), conv->in, x, fit->conv.in, scratch);
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
    if (ls_product_fits(conv)) {
        ls_product_forward(conv, images, x, packed, bias, residual, relu, y, scratch);
        return;
    }
    if (ls_winograd_tile(conv)) {
        ls_kernels()->winograd_forward(conv, images, x, packed, bias, residual, relu, y, scratch);
        return;
    }
    for (int i = 0; i < images; i++) {
        const size_t at = floats_out(conv) * (size_t)i;
        ls_kernels()->conv_forward(
            &with, with_border(conv, x + ls_conv_floats_in(conv) * (size_t)i, scratch), packed,
            bias, residual ? residual + at : NULL, relu, y + at);
    }
}

/* Up to fit->images of them, on copies with more channels. */
static void convolve_filled(const struct ls_conv *conv, const struct ls_conv_fit *fit, int images,
                            const float *x, const float *packed, const float *bias,
                            const float *residual, bool relu, float *y, float *scratch) {
    float *all = scratch + room_in(fit), *rest = all + room_out(fit);
    const float *filled = with_channels(conv, fit, images, x, scratch);
    if (!fit->more_out) {
        convolve(&fit->conv, images, filled, packed, bias, residual, relu, y, rest);
        return;
    }
    convolve(&fit->conv, images, filled, packed, NULL, NULL, false, all, rest);
    take_channels((size_t)images * ls_conv_pixels_out(conv), fit->conv.out, all, bias, residual,
                  relu, conv->out, y);
}

/* A convolution that has been narrowed. */
static void convolve_images(const struct ls_conv *conv, int images, const float *x,
                            const float *packed, const float *bias, const float *residual,
                            bool relu, float *y, float *scratch) {
    const struct ls_conv_fit fit = ls_conv_fit_forward(conv);
    if (!fit.more_in && !fit.more_out) {
        convolve(conv, images, x, packed, bias, residual, relu, y, scratch);
        return;
    }
    for (int i = 0; i < images; i += fit.images) {
        const size_t at = floats_out(conv) * (size_t)i;
        const int count = i + fit.images < images ? fit.images : images - i;
        convolve_filled(conv, &fit, count, x + ls_conv_floats_in(conv) * (size_t)i, packed, bias,
                        residual ? residual + at : NULL, relu, y + at, scratch);
    }
}

void ls_conv_forward(const struct ls_conv *conv, int images, const float *x, const float *packed,
                     const float *bias, const float *residual, bool relu, float *y,
                     float *scratch) {
    const struct ls_conv narrow = ls_conv_narrowed(conv);
    convolve_images(&narrow, images, x, packed, bias, residual, relu, y, scratch);
}

void ls_conv_input_grad(const struct ls_conv *conv, int images, const float *y_grad,
                        const float *packed, bool add, float *x_grad, float *scratch) {
    const struct ls_conv narrow = ls_conv_narrowed(conv);
    if (narrow.stride == 1) {
        const struct ls_conv back = ls_conv_adjoint(&narrow);
        convolve_images(&back, images, y_grad, packed, NULL, add ? x_grad : NULL, false, x_grad,
                        scratch);
        return;
    }
    if (!add)
        memset(x_grad, 0, (size_t)images * ls_conv_floats_in(conv) * sizeof *x_grad);
    for (int i = 0; i < images; i++) {
        ls_gemm(false, false, (int)ls_conv_pixels_out(conv), (int)ls_conv_depth(conv), conv->out,
                y_grad + floats_out(conv) * (size_t)i, packed, false, scratch);
        ls_col2im(conv, scratch, x_grad + ls_conv_floats_in(conv) * (size_t)i);
    }
}

/* The gradient of a fitted convolution's weights. */
static void differentiate(const struct ls_conv *conv, int images, const float *x,
                          const float *y_grad, float *weight_grad, float *scratch) {
    const struct ls_conv with = bordered(conv);
    if (ls_product_fits(conv)) {
        ls_product_weight_grad(conv, images, x, y_grad, weight_grad, scratch);
        return;
    }
    if (ls_winograd_grad_tile(conv)) {
        ls_kernels()->winograd_weight_grad(conv, images, x, y_grad, weight_grad, scratch);
        return;
    }
    memset(weight_grad, 0, ls_conv_plain_weights(conv) * sizeof *weight_grad);
    for (int i = 0; i < images; i++, x += ls_conv_floats_in(conv), y_grad += floats_out(conv))
        ls_kernels()->conv_weight_grad(&with, with_border(conv, x, scratch), y_grad, weight_grad);
}

/* weight_grad (= or +=) that of up to fit->images images, on copies with more channels. */
static void differentiate_filled(const struct ls_conv *conv, const struct ls_conv_fit *fit,
                                 int images, const float *x, const float *y_grad, bool add,
                                 float *weight_grad, float *scratch) {
    float *filled_grad = scratch + room_in(fit);
    float *all = filled_grad + room_out(fit), *rest = all + room_weights(fit);
    const size_t in = (size_t)conv->in, out = (size_t)conv->out;
    const float *filled = with_channels(conv, fit, images, x, scratch);
    if (fit->more_out) {
        fill_channels((size_t)images * ls_conv_pixels_out(conv), conv->out, y_grad, fit->conv.out,
                      filled_grad);
        y_grad = filled_grad;
    }
    differentiate(&fit->conv, images, filled, y_grad, all, rest);
    for (int tap = 0; tap < conv->kernel * conv->kernel; tap++) {
        take_channels(in, fit->conv.out, all, NULL, add ? weight_grad : NULL, false, conv->out,
                      weight_grad);
        all += (size_t)fit->conv.in * fit->conv.out;
        weight_grad += in * out;
    }
}

/* That of a convolution that has been narrowed. */
static void differentiate_images(const struct ls_conv *conv, int images, const float *x,
                                 const float *y_grad, float *weight_grad, float *scratch) {
    const struct ls_conv_fit fit = ls_conv_fit_gradient(conv);
    if (!fit.more_in && !fit.more_out) {
        differentiate(conv, images, x, y_grad, weight_grad, scratch);
        return;
    }
    for (int i = 0; i < images; i += fit.images) {
        const int count = i + fit.images < images ? fit.images : images - i;
        differentiate_filled(conv, &fit, count, x + ls_conv_floats_in(conv) * (size_t)i,
                             y_grad + floats_out(conv) * (size_t)i, i > 0, weight_grad, scratch);
    }
}

void ls_conv_weight_grad(const struct ls_conv *conv, int images, const float *x,
                         const float *y_grad, float *weight_grad, float *scratch) {
    const struct ls_conv narrow = ls_conv_narrowed(conv);
    float *narrow_grad = weight_grad;
    if (ls_conv_is_narrow(conv)) {
        memset(weight_grad, 0, ls_conv_plain_weights(conv) * sizeof *weight_grad);
        narrow_grad += ls_conv_middle(conv) * ls_conv_plain_weights(&narrow);
    }
    differentiate_images(&narrow, images, x, y_grad, narrow_grad, scratch);
}
