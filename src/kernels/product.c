#include "kernels/product.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include <string.h>

bool ls_product_fits(const struct ls_conv *conv) {
    enum { MANY = 1 << 16, SOME = 1 << 12, FEW_PIXELS = 16 };
    const size_t least = ls_conv_pixels_out(conv) <= FEW_PIXELS ? SOME : MANY;
    return conv->kernel == 1 && conv->padding == 0 && (size_t)conv->in * (size_t)conv->out >= least;
}

/* How many images are multiplied at a time: where the stride passes pixels over, one, whose others
 * are copied. */
static int images_at_a_time(const struct ls_conv *conv, int images) {
    return conv->stride == 1 ? images : 1;
}

/* The pixels of x that the windows are: x itself if they are all. */
static const float *taken_pixels(const struct ls_conv *conv, const float *x, float *scratch) {
    const size_t in = (size_t)conv->in, stride = (size_t)conv->stride;
    if (conv->stride == 1)
        return x;
    for (size_t row = 0, at = 0; row < (size_t)conv->out_height; row++)
        for (size_t column = 0; column < (size_t)conv->out_width; column++, at += in)
            memcpy(scratch + at, x + (row * (size_t)conv->in_width + column) * stride * in,
                   in * sizeof *x);
    return scratch;
}

void ls_product_forward(const struct ls_conv *conv, int images, const float *x, const float *weight,
                        const float *bias, const float *residual, bool relu, float *y,
                        float *scratch) {
    const size_t out = (size_t)conv->out, pixels = ls_conv_pixels_out(conv);
    const int step = images_at_a_time(conv, images);
    const bool add = residual == y;
    for (int i = 0; i < images; i += step)
        ls_gemm(false, false, step * (int)pixels, conv->out, conv->in,
                taken_pixels(conv, x + ls_conv_floats_in(conv) * (size_t)i, scratch), weight, add,
                y + pixels * out * (size_t)i);
    if (bias || relu || (residual && !add))
        ls_kernels()->floats->affine((size_t)images * pixels, conv->out, y, NULL, bias,
                                     add ? NULL : residual, relu, y);
}

void ls_product_weight_grad(const struct ls_conv *conv, int images, const float *x,
                            const float *y_grad, float *weight_grad, float *scratch) {
    const size_t out = (size_t)conv->out, pixels = ls_conv_pixels_out(conv);
    const int step = images_at_a_time(conv, images);
    for (int i = 0; i < images; i += step)
        ls_gemm(true, false, conv->in, conv->out, step * (int)pixels,
                taken_pixels(conv, x + ls_conv_floats_in(conv) * (size_t)i, scratch),
                y_grad + pixels * out * (size_t)i, i > 0, weight_grad);
}
