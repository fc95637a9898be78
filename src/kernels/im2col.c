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

void ls_col2im(const struct ls_conv *conv, const float *columns, float *x) {
    const size_t channels = (size_t)conv->in, run = channels * (size_t)conv->kernel;
    for (int oy = 0; oy < conv->out_height; oy++)
        for (int ox = 0; ox < conv->out_width; ox++) {
            const int left = ox * conv->stride - conv->padding, right = left + conv->kernel;
            const int first = left < 0 ? 0 : left;
            const int last = right < conv->in_width ? right : conv->in_width;
            for (int ky = 0; ky < conv->kernel; ky++, columns += run) {
                const int iy = oy * conv->stride + ky - conv->padding;
                if (iy < 0 || iy >= conv->in_height)
                    continue;
                const float *from = columns + (size_t)(first - left) * channels;
                float *to = x + ((size_t)iy * conv->in_width + first) * channels;
                for (size_t i = 0; i < (size_t)(last - first) * channels; i++)
                    to[i] += from[i];
            }
        }
}
