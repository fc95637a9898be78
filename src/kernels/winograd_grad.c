/* The gradient of a 3x3 convolution's weights by Winograd's minimal filtering: GROUP tiles at a
 * time, the transformed input and output gradient are multiplied at each of their points and
 * summed up over the tiles of all images; the sums are transformed back once. Compiled once for
 * each instruction set. */
#include "kernels/outer.h"
#include "kernels/winograd_tiles.h"

/* A gradient at work. */
struct job {
    const struct ls_conv *conv;
    float *in, *out; /* transformed tiles [points][GROUP][channels] */
    float *sums;     /* [points][in][out] */
    int points;
};

/* m = A dy, one column or row: size + 2 values from `size`. */
INLINE void transform_grad(const int size, const vector *dy, const int dy_step, vector *m,
                           const int step) {
    const vector d0 = dy[0], d1 = dy[dy_step];
    m[0] = d0;
    if (size == 2) {
        m[step] = d0 + d1;
        m[2 * step] = d0 - d1;
        m[3 * step] = -d1;
        return;
    }
    const float near = LS_WINOGRAD_NEAR, far = LS_WINOGRAD_FAR;
    const vector d2 = dy[2 * dy_step], d3 = dy[3 * dy_step];
    const vector near_even = d0 + near * near * d2, near_odd = near * (d1 + near * near * d3);
    const vector far_even = d0 + far * far * d2, far_odd = far * (d1 + far * far * d3);
    m[step] = near_even + near_odd;
    m[2 * step] = near_even - near_odd;
    m[3 * step] = far_even + far_odd;
    m[4 * step] = far_even - far_odd;
    m[5 * step] = d3;
}

/* out[points][t][..] = A dy A^T for LANES channels of a tile, zero outside the image. */
INLINE void load_grad(const struct job *job, const int size, const float *y_grad, struct tile tile,
                      int t, int channel) {
    const struct ls_conv *conv = job->conv;
    const int side = size + 2;
    const size_t out = (size_t)conv->out, point = ls_winograd_stride(conv->out);
    vector dy[4] = {{0}}, half[24], m[6];
#pragma GCC unroll 4
    for (int j = 0; j < size; j++) {
#pragma GCC unroll 4
        for (int i = 0; i < size; i++) {
            const size_t row =
                ((size_t)tile.image * conv->out_height + tile.y + i) * conv->out_width;
            const bool inside = tile.y + i < conv->out_height && tile.x + j < conv->out_width;
            dy[i] = inside ? load(y_grad + (row + tile.x + j) * out + channel) : (vector){0};
        }
        transform_grad(size, dy, 1, half + j, size);
    }
#pragma GCC unroll 6
    for (int i = 0; i < side; i++) {
        transform_grad(size, half + size * i, 1, m, 1);
#pragma GCC unroll 6
        for (int j = 0; j < side; j++)
            store(job->out + (size_t)(side * i + j) * point + (size_t)t * out + channel, m[j]);
    }
}

/* One point, for the output channels of one slice. */
INLINE void multiply_slice(const struct job *job, const int rows, const int vectors, int point,
                           int channel, int tiles) {
    const struct ls_conv *conv = job->conv;
    const float *x = job->in + point * ls_winograd_stride(conv->in);
    const float *g = job->out + point * ls_winograd_stride(conv->out) + channel;
    float *sums = job->sums + (size_t)point * conv->in * conv->out + channel;
    const size_t in = (size_t)conv->in, out = (size_t)conv->out;
    const struct pairs pairs = {x, g, 1, tiles, 0, in, out};
    add_outer_rows(rows, vectors, pairs, conv->in, sums, out);
}

static void multiply_group(const struct job *job, int tiles) {
    for (int point = 0; point < job->points; point++)
        for (int channel = 0; channel < job->conv->out;) {
            if (channel + 2 * LANES <= job->conv->out) {
                multiply_slice(job, TILE / 2, 2, point, channel, tiles);
                channel += 2 * LANES;
            } else {
                multiply_slice(job, TILE, 1, point, channel, tiles);
                channel += LANES;
            }
        }
}

/* g = G^T m, one column or row: three values from size + 2. */
INLINE void transform_sums(const int size, const vector *m, const int step, vector *g,
                           const int g_step) {
    const float near = size == 4 ? LS_WINOGRAD_NEAR : 1, far = LS_WINOGRAD_FAR;
    const float gap = near * near - far * far;
    const float near_norm = size == 4 ? 1 / (2 * near * near * gap) : 0.5F;
    const vector sum = (m[step] + m[2 * step]) * near_norm;
    const vector difference = (m[step] - m[2 * step]) * near_norm;
    g[0] = m[0] + sum;
    g[g_step] = near * difference;
    g[2 * g_step] = near * near * sum + m[(size + 1) * step];
    if (size == 2)
        return;
    const float far_norm = -1 / (2 * far * far * gap);
    const vector far_sum = (m[3 * step] + m[4 * step]) * far_norm;
    const vector far_difference = (m[3 * step] - m[4 * step]) * far_norm;
    g[0] = m[0] * (1 / (near * near * far * far)) + sum + far_sum;
    g[g_step] += far * far_difference;
    g[2 * g_step] += far * far * far_sum;
}

/* weight_grad[3][3][in][out] = G^T sums G */
INLINE void store_sums(const struct job *job, const int size, float *weight_grad) {
    const size_t count = (size_t)job->conv->in * job->conv->out;
    const int side = size + 2;
    for (size_t at = 0; at < count; at += LANES) {
        vector m[6], half[18], g[3];
#pragma GCC unroll 6
        for (int j = 0; j < side; j++) {
#pragma GCC unroll 6
            for (int i = 0; i < side; i++)
                m[i] = load(job->sums + (size_t)(i * side + j) * count + at);
            transform_sums(size, m, 1, half + j, side);
        }
#pragma GCC unroll 3
        for (int i = 0; i < 3; i++) {
            transform_sums(size, half + side * i, 1, g, 1);
#pragma GCC unroll 3
            for (int j = 0; j < 3; j++)
                store(weight_grad + (size_t)(3 * i + j) * count + at, g[j]);
        }
    }
}

INLINE void differentiate(const struct job *job, const int size, int images, const float *x,
                          const float *y_grad, float *weight_grad) {
    const struct ls_conv *conv = job->conv;
    const int total = images * ls_winograd_tiles(conv, size);
    memset(job->sums, 0, ls_winograd_weights(conv) * sizeof *job->sums);
    for (int first = 0; first < total; first += GROUP) {
        const int count = first + GROUP < total ? GROUP : total - first;
        struct tile tiles[GROUP];
        place_tiles(conv, size, first, count, tiles);
        load_group(conv, size, x, tiles, count, job->in);
        for (int t = 0; t < count; t++)
            for (int channel = 0; channel < conv->out; channel += LANES)
                load_grad(job, size, y_grad, tiles[t], t, channel);
        multiply_group(job, count);
    }
    store_sums(job, size, weight_grad);
}

ls_winograd_weight_grad NAME(ls_winograd_weight_grad_, LS_ISA);
void NAME(ls_winograd_weight_grad_, LS_ISA)(const struct ls_conv *conv, int images, const float *x,
                                            const float *y_grad, float *weight_grad,
                                            float *scratch) {
    const int size = ls_winograd_grad_tile(conv), points = ls_winograd_points(size);
    float *out = scratch + (size_t)points * ls_winograd_stride(conv->in);
    const struct job job = {.conv = conv,
                            .in = scratch,
                            .out = out,
                            .sums = out + (size_t)points * ls_winograd_stride(conv->out),
                            .points = points};
    if (size == 4)
        differentiate(&job, 4, images, x, y_grad, weight_grad);
    else
        differentiate(&job, 2, images, x, y_grad, weight_grad);
}
