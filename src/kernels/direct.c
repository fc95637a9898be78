/* Direct convolution in the compiler's vectors: a tile of sums stays in registers while the
 * window's taps and the input channels go by. Compiled once for each instruction set, with LANES
 * floats a vector and TILE vectors of sums. */
#include "kernels/conv.h"
#include "kernels/outer.h"

/* What happens to the sums before they are stored. */
struct epilogue {
    const float *bias, *residual;
    bool relu;
};

/* Output pixels [pixels] x channels [vectors * LANES]. x, weight, y and the epilogue's pointers
 * stand at the tile's first pixel and channel; neighbouring pixels are `step` floats apart in x. */
INLINE void tile(const struct ls_conv *conv, const int pixels, const int vectors, const int in,
                 const int step, const float *x, const float *weight, const struct epilogue *end,
                 float *y) {
    const size_t row = (size_t)conv->in_width * in, out = (size_t)conv->out;
    vector sum[TILE][2];
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            sum[p][v] = end->bias ? load(end->bias + v * LANES) : (vector){0};
    for (int ky = 0; ky < conv->kernel; ky++)
        for (int kx = 0; kx < conv->kernel; kx++) {
            const float *window = x + (size_t)ky * row + (size_t)kx * in;
            for (int i = 0; i < in; i++, weight += out) {
                vector w[2];
#pragma GCC unroll 2
                for (int v = 0; v < vectors; v++)
                    w[v] = load(weight + v * LANES);
#pragma GCC unroll 16
                for (int p = 0; p < pixels; p++)
#pragma GCC unroll 2
                    for (int v = 0; v < vectors; v++)
                        sum[p][v] += window[p * step + i] * w[v];
            }
        }
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            const size_t at = (size_t)p * out + (size_t)v * LANES;
            vector value = sum[p][v];
            if (end->residual)
                value += load(end->residual + at);
            store(y + at, end->relu ? rectify(value) : value);
        }
}

/* The next pixels of a row of which `left` are left, for the channels of one tile: `pixels`, or
 * else the largest power of two there is, since every tile passes all weights. Returns how many. */
INLINE int run(const struct ls_conv *conv, const int pixels, const int vectors, const int in,
               const int step, int left, const float *x, const float *weight,
               const struct epilogue *end, float *y) {
#define TAKE(n)                                                                                    \
    if (left >= (n)) {                                                                             \
        tile(conv, n, vectors, in, step, x, weight, end, y);                                       \
        return n;                                                                                  \
    }
    TAKE(pixels)
    if (pixels > 8)
        TAKE(8)
    if (pixels > 4)
        TAKE(4)
    TAKE(2)
    TAKE(1)
#undef TAKE
    return left;
}

/* All pixels of an image for the channels of one tile. */
INLINE void strip(const struct ls_conv *conv, const int pixels, const int vectors, const int in,
                  const int step, const float *x, const float *weight, const struct epilogue *end,
                  float *y) {
    for (int oy = 0; oy < conv->out_height; oy++)
        for (int ox = 0; ox < conv->out_width;) {
            const size_t at = ((size_t)oy * conv->out_width + ox) * conv->out;
            const float *corner =
                x + (size_t)oy * conv->stride * conv->in_width * in + (size_t)ox * step;
            const struct epilogue here = {end->bias, end->residual ? end->residual + at : NULL,
                                          end->relu};
            ox += run(conv, pixels, vectors, in, step, conv->out_width - ox, corner, weight, &here,
                      y + at);
        }
}

/* The channel counts of the common networks get code of their own, with constant addresses. */
INLINE void strips(const struct ls_conv *conv, const int pixels, const int vectors, const float *x,
                   const float *weight, const struct epilogue *end, float *y) {
    const int in = conv->in;
    if (conv->stride == 1 && in == 16)
        strip(conv, pixels, vectors, 16, 16, x, weight, end, y);
    else if (conv->stride == 1 && in == 32)
        strip(conv, pixels, vectors, 32, 32, x, weight, end, y);
    else if (conv->stride == 1 && in == 64)
        strip(conv, pixels, vectors, 64, 64, x, weight, end, y);
    else if (conv->stride == 1 && in == 3)
        strip(conv, pixels, vectors, 3, 3, x, weight, end, y);
    else
        strip(conv, pixels, vectors, in, in * conv->stride, x, weight, end, y);
}

static void forward_wide(const struct ls_conv *conv, const float *x, const float *weight,
                         const struct epilogue *end, float *y) {
    strips(conv, TILE / 2, 2, x, weight, end, y);
}

static void forward_narrow(const struct ls_conv *conv, const float *x, const float *weight,
                           const struct epilogue *end, float *y) {
    strips(conv, TILE, 1, x, weight, end, y);
}

ls_direct_forward NAME(ls_direct_forward_, LS_ISA);
void NAME(ls_direct_forward_, LS_ISA)(const struct ls_conv *conv, const float *x,
                                      const float *weight, const float *bias, const float *residual,
                                      bool relu, float *y) {
    for (int o = 0; o < conv->out;) {
        const struct epilogue end = {bias ? bias + o : NULL, residual ? residual + o : NULL, relu};
        const bool wide = o + 2 * LANES <= conv->out;
        (wide ? forward_wide : forward_narrow)(conv, x, weight + o, &end, y + o);
        o += wide ? 2 * LANES : LANES;
    }
}

/* One tap of the window and the output channels of one tile, for all input channels, over `height`
 * rows of output pixels. */
INLINE void outer_strip(const struct ls_conv *conv, const int rows, const int vectors,
                        const float *x, const float *y_grad, int height, float *grad) {
    const size_t out = (size_t)conv->out, step = (size_t)conv->in * conv->stride;
    const struct pairs pairs = {x,    y_grad, height, conv->out_width, step * conv->in_width,
                                step, out};
    add_outer_rows(rows, vectors, pairs, conv->in, grad, out);
}

static void outer_product(const struct ls_conv *conv, const float *x, const float *y_grad,
                          int height, float *grad) {
    for (int o = 0; o < conv->out;) {
        if (o + 2 * LANES <= conv->out) {
            outer_strip(conv, TILE / 2, 2, x, y_grad + o, height, grad + o);
            o += 2 * LANES;
        } else {
            outer_strip(conv, TILE, 1, x, y_grad + o, height, grad + o);
            o += LANES;
        }
    }
}

ls_direct_weight_grad NAME(ls_direct_weight_grad_, LS_ISA);
void NAME(ls_direct_weight_grad_, LS_ISA)(const struct ls_conv *conv, const float *x,
                                          const float *y_grad, float *weight_grad) {
    enum { PASS = 128 }; /* pixels a pass: enough to pay for loading the sums, few enough for L1 */
    const int rows = conv->out_width < PASS ? PASS / conv->out_width : 1;
    for (int oy = 0; oy < conv->out_height; oy += rows) {
        const int height = oy + rows < conv->out_height ? rows : conv->out_height - oy;
        float *grad = weight_grad;
        for (int ky = 0; ky < conv->kernel; ky++)
            for (int kx = 0; kx < conv->kernel; kx++, grad += (size_t)conv->in * conv->out)
                outer_product(
                    conv, x + (((size_t)oy * conv->stride + ky) * conv->in_width + kx) * conv->in,
                    y_grad + (size_t)oy * conv->out_width * conv->out, height, grad);
    }
}
