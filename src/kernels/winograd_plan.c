#include "kernels/kernels.h"
#include "kernels/winograd.h"

enum {
    TAPS = 9,
    SIDE = 6,                /* points of the larger tile along one dimension */
    GRAD_CHANNELS = 96 * 96, /* input times output channels: 1.3 MB of sums, a second cache */
};

static int products(const struct ls_conv *conv, int tile) {
    return (conv->out_height + tile - 1) / tile * ((conv->out_width + tile - 1) / tile) *
           ls_winograd_points(tile);
}

int ls_winograd_tile(const struct ls_conv *conv) {
    const int lanes = ls_kernels()->lanes;
    if (!lanes || conv->in % lanes != 0 || conv->out % lanes != 0 || conv->kernel != 3 ||
        conv->stride != 1 || conv->padding != 1 || conv->out_height < 2 || conv->out_width < 2)
        return 0;
    return products(conv, 4) < products(conv, 2) ? 4 : 2;
}

int ls_winograd_grad_tile(const struct ls_conv *conv) {
    return conv->in * conv->out <= GRAD_CHANNELS ? ls_winograd_tile(conv) : 0;
}

static size_t points_of(const struct ls_conv *conv) {
    return (size_t)ls_winograd_points(ls_winograd_tile(conv));
}

size_t ls_winograd_weights(const struct ls_conv *conv) {
    return points_of(conv) * (size_t)conv->in * (size_t)conv->out;
}

size_t ls_winograd_scratch(const struct ls_conv *conv) {
    return points_of(conv) * (ls_winograd_stride(conv->in) + ls_winograd_stride(conv->out));
}

size_t ls_winograd_grad_scratch(const struct ls_conv *conv) {
    return ls_winograd_scratch(conv) + ls_winograd_weights(conv);
}

/* A row of G for the finite point p: 1, p, p^2 over `norm`, the product of p's differences from the
 * other finite points. */
static void set_row(double *row, double p, double norm) {
    row[0] = 1 / norm;
    row[1] = p / norm;
    row[2] = p * p / norm;
}

/* G[tile + 2][3] */
static void fill_matrix(int tile, double g[SIDE][3]) {
    const double near = tile == 4 ? LS_WINOGRAD_NEAR : 1, far = LS_WINOGRAD_FAR;
    const double gap = near * near - far * far;
    double *infinity = g[tile + 1];
    if (tile == 4) {
        set_row(g[0], 0, near * near * far * far);
        set_row(g[1], near, 2 * near * near * gap);
        set_row(g[2], -near, 2 * near * near * gap);
        set_row(g[3], far, -2 * far * far * gap);
        set_row(g[4], -far, -2 * far * far * gap);
    } else {
        set_row(g[0], 0, 1);
        set_row(g[1], near, 2);
        set_row(g[2], -near, 2);
    }
    infinity[0] = infinity[1] = 0;
    infinity[2] = 1;
}

/* points[side][side] = G filter[3][3] G^T */
static void transform(int side, double g[SIDE][3], const double *filter, double *points) {
    for (int i = 0; i < side; i++) {
        double row[3];
        for (int x = 0; x < 3; x++)
            row[x] = g[i][0] * filter[x] + g[i][1] * filter[3 + x] + g[i][2] * filter[6 + x];
        for (int j = 0; j < side; j++)
            points[i * side + j] = row[0] * g[j][0] + row[1] * g[j][1] + row[2] * g[j][2];
    }
}

void ls_winograd_pack(const struct ls_conv *conv, const struct ls_filters *filters, int channel,
                      double scale, float *packed) {
    const int slice = 2 * ls_kernels()->lanes, start = channel / slice * slice;
    const int tile = ls_winograd_tile(conv);
    const size_t width = (size_t)(conv->out - start < slice ? conv->out - start : slice);
    const size_t in = (size_t)conv->in, count = points_of(conv);
    double g[SIDE][3];
    fill_matrix(tile, g);
    packed += (size_t)start * count * in + (size_t)(channel - start);
    for (size_t i = 0; i < in; i++) {
        double filter[TAPS], points[LS_WINOGRAD_MAX_POINTS];
        for (int t = 0; t < TAPS; t++)
            filter[t] = ls_filter_value(filters, channel, (int)i, t) * scale;
        transform(tile + 2, g, filter, points);
        for (size_t p = 0; p < count; p++)
            packed[(p * in + i) * width] = (float)points[p];
    }
}
