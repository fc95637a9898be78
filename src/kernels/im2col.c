#include "kernels/gemm.h"
#include <string.h>

/* One row of a window that reaches over the image's edge. */
static void copy_edge(const struct ls_conv *conv, int left, const float *row, float *columns) {
    const size_t channels = (size_t)conv->in;
    for (int kx = 0; kx < conv->kernel; kx++, columns += channels) {
        const int ix = left + kx;
        if (!row || ix < 0 || ix >= conv->in_width)
            memset(columns, 0, channels * sizeof *columns);
        else
            memcpy(columns, row + (size_t)ix * channels, channels * sizeof *columns);
    }
}

void ls_im2col(const struct ls_conv *conv, const float *x, float *columns) {
    const size_t channels = (size_t)conv->in;
    const size_t run = channels * (size_t)conv->kernel; /* a window's row is contiguous in x */
    for (int oy = 0; oy < conv->out_height; oy++)
        for (int ox = 0; ox < conv->out_width; ox++) {
            const int left = ox * conv->stride - conv->padding;
            const bool inside = left >= 0 && left + conv->kernel <= conv->in_width;
            for (int ky = 0; ky < conv->kernel; ky++, columns += run) {
                const int iy = oy * conv->stride + ky - conv->padding;
                const float *row = iy < 0 || iy >= conv->in_height
                                       ? NULL
                                       : x + (size_t)iy * conv->in_width * channels;
                if (row && inside)
                    memcpy(columns, row + (size_t)left * channels, run * sizeof *columns);
                else
                    copy_edge(conv, left, row, columns);
            }
        }
}

/* The output row or column (of `extent`) that window position `k`, counted from the end, of input
 * `i` belongs to, or -1. */
static int contributed(const struct ls_conv *conv, int i, int k, int extent) {
    const int o = i - (conv->kernel - 1 - conv->padding) + k;
    if (o < 0 || o % conv->stride || o / conv->stride >= extent)
        return -1;
    return o / conv->stride;
}

void ls_im2col_adjoint(const struct ls_conv *conv, const float *y, float *columns) {
    const size_t channels = (size_t)conv->out;
    for (int iy = 0; iy < conv->in_height; iy++)
        for (int ix = 0; ix < conv->in_width; ix++)
            for (int ky = 0; ky < conv->kernel; ky++)
                for (int kx = 0; kx < conv->kernel; kx++, columns += channels) {
                    const int oy = contributed(conv, iy, ky, conv->out_height);
                    const int ox = contributed(conv, ix, kx, conv->out_width);
                    if (oy < 0 || ox < 0)
                        memset(columns, 0, channels * sizeof *columns);
                    else
                        memcpy(columns, y + ((size_t)oy * conv->out_width + ox) * channels,
                               channels * sizeof *columns);
                }
}
