/* The gradient of a 3x3 convolution's weights by Winograd's minimal filtering: for a block of
 * output channels, whose sums stay in a cache, the transformed input and output gradient of a group
 * of tiles at a time are multiplied at each of their points and summed up over the tiles of all
 * images; the sums are transformed back once. Compiled once for each instruction set. */
#include "kernels/outer.h"
#include "kernels/winograd_tiles.h"

/* A gradient at work. */
struct job {
    const struct ls_conv *conv;
    float *in, *out; /* transformed tiles [points][group][in], [points][group][block] */
    float *sums;     /* [points][in][block] */
    int points, group, block;
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

/* to[points] = A dy A^T, `point` floats apart, for LANES channels of a tile of the image y_grad,
 * zero outside the image. */
INLINE void load_grad(const struct ls_conv *conv, const int size, const float *y_grad,
                      struct tile tile, float *to, size_t point) {
    const int side = size + 2;
    const size_t out = (size_t)conv->out;
    vector dy[4] = {{0}}, half[24], m[6];
#pragma GCC unroll 4
    for (int j = 0; j < size; j++) {
#pragma GCC unroll 4
        for (int i = 0; i < size; i++) {
            const size_t row =
                ((size_t)tile.image * conv->out_height + tile.y + i) * conv->out_width;
            const bool inside = tile.y + i < conv->out_height && tile.x + j < conv->out_width;
            dy[i] = inside ? load(y_grad + (row + tile.x + j) * out) : (vector){0};
        }
        transform_grad(size, dy, 1, half + j, size);
    }
#pragma GCC unroll 6
    for (int i = 0; i < side; i++) {
        transform_grad(size, half + size * i, 1, m, 1);
#pragma GCC unroll 6
        for (int j = 0; j < side; j++)
            store(to + (size_t)(side * i + j) * point, m[j]);
    }
}

/* job->out, of the channels of y_grad[images] that it points to. */
INLINE void load_grads(const struct job *job, const int size, const float *y_grad,
                       const struct tile *tiles, int count, int channels) {
    const size_t point = ls_winograd_stride(job->group, job->block);
    for (int t = 0; t < count; t++)
        for (int channel = 0; channel < channels; channel += LANES)
            load_grad(job->conv, size, y_grad + channel, tiles[t],
                      job->out + (size_t)t * job->block + channel, point);
}

/* One point, for the output channels of one slice. */
INLINE void multiply_slice(const struct job *job, const int rows, const int vectors, int point,
                           int channel, int tiles) {
    const int channels = job->conv->in;
    const size_t in = (size_t)channels, out = (size_t)job->block;
    const float *x = job->in + point * ls_winograd_stride(job->group, channels);
    const float *g = job->out + point * ls_winograd_stride(job->group, job->block) + channel;
    float *sums = job->sums + (size_t)point * in * out + channel;
    const struct pairs pairs = {x, g, 1, tiles, 0, in, out};
    add_outer_rows(rows, vectors, pairs, channels, sums, out);
}

static void multiply_group(const struct job *job, int tiles, int channels) {
    for (int point = 0; point < job->points; point++)
        for (int channel = 0; channel < channels;) {
            if (channel + 2 * LANES <= channels) {
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

/* weight_grad[3][3] = G^T sums G, for LANES filters: sums `step` floats apart, weights `tap`. */
INLINE void store_filters(const int size, const float *sums, size_t step, float *weight_grad,
                          size_t tap) {
    const int side = size + 2;
    vector m[6], half[18], g[3];
#pragma GCC unroll 6
    for (int j = 0; j < side; j++) {
#pragma GCC unroll 6
        for (int i = 0; i < side; i++)
            m[i] = load(sums + (size_t)(i * side + j) * step);
        transform_sums(size, m, 1, half + j, side);
    }
#pragma GCC unroll 3
    for (int i = 0; i < 3; i++) {
        transform_sums(size, half + side * i, 1, g, 1);
#pragma GCC unroll 3
        for (int j = 0; j < 3; j++)
            store(weight_grad + (size_t)(3 * i + j) * tap, g[j]);
    }
}

/* The filters of a block's first output channels, which weight_grad points to. */
INLINE void store_sums(const struct job *job, const int size, int channels, float *weight_grad) {
    const size_t in = (size_t)job->conv->in, out = (size_t)job->conv->out;
    for (size_t i = 0; i < in; i++)
        for (int channel = 0; channel < channels; channel += LANES)
            store_filters(size, job->sums + i * job->block + channel, in * job->block,
                          weight_grad + i * out + channel, in * out);
}

/* For all blocks of output channels. If the tiles are a single group, the input is transformed
 * once. */
INLINE void differentiate(const struct job *job, const int size, int images, const float *x,
                          const float *y_grad, float *weight_grad) {
    const struct ls_conv *conv = job->conv;
    const int total = images * ls_winograd_tiles(conv, size);
    struct tile tiles[LS_WINOGRAD_LARGE_GROUP];
    for (int channel = 0; channel < conv->out; channel += job->block) {
        const int channels = channel + job->block < conv->out ? job->block : conv->out - channel;
        memset(job->sums, 0, (size_t)job->points * conv->in * job->block * sizeof *job->sums);
        for (int first = 0; first < total; first += job->group) {
            const int count = first + job->group < total ? job->group : total - first;
            place_tiles(conv, size, first, count, tiles);
            if (channel == 0 || count < total)
                load_group(conv, size, x, tiles, count, job->in, job->group);
            load_grads(job, size, y_grad + channel, tiles, count, channels);
            multiply_group(job, count, channels);
        }
        store_sums(job, size, channels, weight_grad + channel);
    }
}

ls_winograd_weight_grad NAME(ls_winograd_weight_grad_, LS_ISA);
void NAME(ls_winograd_weight_grad_, LS_ISA)(const struct ls_conv *conv, int images, const float *x,
                                            const float *y_grad, float *weight_grad,
                                            float *scratch) {
    const int size = ls_winograd_grad_tile(conv), points = ls_winograd_points(size);
    struct job job = {.conv = conv,
                      .in = scratch,
                      .points = points,
                      .group = ls_winograd_grad_group(conv),
                      .block = ls_winograd_grad_block(conv)};
    job.out = job.in + (size_t)points * ls_winograd_stride(job.group, conv->in);
    job.sums = job.out + (size_t)points * ls_winograd_stride(job.group, job.block);
    if (size == 4)
        differentiate(&job, 4, images, x, y_grad, weight_grad);
    else
        differentiate(&job, 2, images, x, y_grad, weight_grad);
}
