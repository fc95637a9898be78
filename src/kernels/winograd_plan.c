#include "kernels/kernels.h"
#include "kernels/winograd.h"

enum { POINTS = LS_WINOGRAD_POINTS, TAPS = 9 };

/* The sums over all tiles must stay in the second cache. */
enum { GRAD_CHANNELS = 128 * 128 };

bool ls_winograd_suits(const struct ls_conv *conv) {
    const int lanes = ls_kernels()->lanes;
    return lanes && conv->in % lanes == 0 && conv->out % lanes == 0 && conv->kernel == 3 &&
           conv->stride == 1 && conv->padding == 1 && conv->out_height >= 2 && conv->out_width >= 2;
}

bool ls_winograd_suits_grad(const struct ls_conv *conv) {
    return ls_winograd_suits(conv) && conv->in * conv->out <= GRAD_CHANNELS;
}

size_t ls_winograd_weights(const struct ls_conv *conv) {
    return (size_t)POINTS * conv->in * conv->out;
}

size_t ls_winograd_scratch(const struct ls_conv *conv) {
    return POINTS * (ls_winograd_stride(conv->in) + ls_winograd_stride(conv->out));
}

size_t ls_winograd_grad_scratch(const struct ls_conv *conv) {
    return ls_winograd_scratch(conv) + (size_t)POINTS * conv->in * conv->out;
}

/* out[4] = G in[3] */
static void transform(const double *in, int in_step, double *out, int out_step) {
    out[0] = in[0];
    out[out_step] = (in[0] + in[in_step] + in[2 * in_step]) / 2;
    out[2 * out_step] = (in[0] - in[in_step] + in[2 * in_step]) / 2;
    out[3 * out_step] = in[2 * in_step];
}

void ls_winograd_pack(const struct ls_conv *conv, const struct ls_filters *filters, int channel,
                      double scale, float *packed) {
    const int slice = 2 * ls_kernels()->lanes, start = channel / slice * slice;
    const size_t width = (size_t)(conv->out - start < slice ? conv->out - start : slice);
    const size_t in = (size_t)conv->in;
    packed += (size_t)start * POINTS * in + (size_t)(channel - start);
    for (size_t i = 0; i < in; i++) {
        double filter[TAPS], columns[12], points[POINTS];
        for (int t = 0; t < TAPS; t++)
            filter[t] = ls_filter_value(filters, channel, (int)i, t) * scale;
        for (int x = 0; x < 3; x++)
            transform(filter + x, 3, columns + x, 3); /* columns[4][3] */
        for (int y = 0; y < 4; y++)
            transform(columns + 3 * y, 1, points + 4 * y, 1);
        for (size_t p = 0; p < POINTS; p++)
            packed[(p * in + i) * width] = (float)points[p];
    }
}
