#include "kernels/gemm.h"

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
