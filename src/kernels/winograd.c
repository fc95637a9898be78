/* Winograd's convolution in the compiler's vectors: GROUP tiles of output pixels at a time are
 * transformed, multiplied with the weights at each of their points, and transformed back.
 * Compiled once for each instruction set. */
#include "kernels/winograd_tiles.h"

/* A convolution at work. */
struct job {
    const struct ls_conv *conv;
    const float *weight, *bias, *residual;
    float *y;
    float *in, *out;            /* transformed tiles [points][GROUP][channels], ... */
    size_t in_point, out_point; /* ... and the floats from one point to the next */
    bool relu;
    int points;
};

/* y[tiles][vectors * LANES] = x[tiles][channels] * weight[channels][vectors * LANES]: one point. */
INLINE void multiply_tiles(const int tiles, const int vectors, const int channels, size_t out,
                           const float *x, const float *weight, float *y) {
    vector sum[TILE][2];
#pragma GCC unroll 16
    for (int t = 0; t < tiles; t++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            sum[t][v] = (vector){0};
    for (int i = 0; i < channels; i++, weight += vectors * LANES) {
        vector w[2];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            w[v] = load(weight + v * LANES);
#pragma GCC unroll 16
        for (int t = 0; t < tiles; t++)
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++)
                sum[t][v] += x[t * channels + i] * w[v];
    }
#pragma GCC unroll 16
    for (int t = 0; t < tiles; t++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            store(y + (size_t)t * out + v * LANES, sum[t][v]);
}

/* All points of a group of `count`, for one slice of output channels. What stands behind the last
 * tile is multiplied too, and never stored. */
INLINE void multiply_group(const struct job *job, const int tiles, const int vectors,
                           const int channels, int channel, int count) {
    const size_t out = (size_t)job->conv->out;
    for (int p = 0; p < job->points; p++)
        for (int t = 0; t < count; t += tiles)
            multiply_tiles(
                tiles, vectors, channels, out, job->in + p * job->in_point + (size_t)t * channels,
                job->weight +
                    ((size_t)channel * job->points + (size_t)p * vectors * LANES) * channels,
                job->out + p * job->out_point + (size_t)t * out + channel);
}

/* The channel counts of the common networks get code of their own, with constant addresses. */
INLINE void multiply_any(const struct job *job, const int tiles, const int vectors, int channel,
                         int count) {
    const int channels = job->conv->in;
    if (channels == 16)
        multiply_group(job, tiles, vectors, 16, channel, count);
    else if (channels == 32)
        multiply_group(job, tiles, vectors, 32, channel, count);
    else if (channels == 64)
        multiply_group(job, tiles, vectors, 64, channel, count);
    else
        multiply_group(job, tiles, vectors, channels, channel, count);
}

static void multiply_wide(const struct job *job, int channel, int count) {
    multiply_any(job, TILE / 2, 2, channel, count);
}

static void multiply_narrow(const struct job *job, int channel, int count) {
    multiply_any(job, TILE, 1, channel, count);
}

/* y = A^T m, one column or row: `size` values from size + 2. */
INLINE void transform_out(const int size, const vector *m, const int step, vector *y,
                          const int y_step) {
    const vector sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    if (size == 2) {
        y[0] = m[0] + sum;
        y[y_step] = difference - m[3 * step];
        return;
    }
    const float near = LS_WINOGRAD_NEAR, far = LS_WINOGRAD_FAR;
    const vector far_sum = m[3 * step] + m[4 * step], far_difference = m[3 * step] - m[4 * step];
    y[0] = m[0] + sum + far_sum;
    y[y_step] = near * difference + far * far_difference;
    y[2 * y_step] = near * near * sum + far * far * far_sum;
    y[3 * y_step] =
        near * near * near * difference + far * far * far * far_difference + m[5 * step];
}

/* y = A^T m A for LANES channels of tile number t, with everything that follows; `whole`: no pixel
 * of it is outside the image. */
INLINE void store_channels(const struct job *job, const int size, struct tile tile, int t,
                           int channel, const bool whole) {
    const struct ls_conv *conv = job->conv;
    const int side = size + 2;
    const size_t out = (size_t)conv->out;
    const vector bias = job->bias ? load(job->bias + channel) : (vector){0};
    vector m[MAX_POINTS], half[24], y[4];
#pragma GCC unroll 6
    for (int j = 0; j < side; j++) {
#pragma GCC unroll 6
        for (int i = 0; i < side; i++)
            m[i * side + j] =
                load(job->out + (i * side + j) * job->out_point + (size_t)t * out + channel);
        transform_out(size, m + j, side, half + j, side);
    }
#pragma GCC unroll 4
    for (int i = 0; i < size; i++) {
        const size_t row = ((size_t)tile.image * conv->out_height + tile.y + i) * conv->out_width;
        const size_t at = (row + tile.x) * out + channel;
        transform_out(size, half + side * i, 1, y, 1);
#pragma GCC unroll 4
        for (int j = 0; j < size; j++) {
            if (!whole && (tile.y + i >= conv->out_height || tile.x + j >= conv->out_width))
                continue;
            vector value = y[j] + bias;
            if (job->residual)
                value += load(job->residual + at + j * out);
            store(job->y + at + j * out, job->relu ? rectify(value) : value);
        }
    }
}

INLINE void store_group(const struct job *job, const int size, const struct tile *tiles,
                        int count) {
    const struct ls_conv *conv = job->conv;
    for (int t = 0; t < count; t++) {
        const bool whole =
            tiles[t].y + size <= conv->out_height && tiles[t].x + size <= conv->out_width;
        for (int channel = 0; channel < conv->out; channel += LANES)
            if (whole)
                store_channels(job, size, tiles[t], t, channel, true);
            else
                store_channels(job, size, tiles[t], t, channel, false);
    }
}

INLINE void convolve(const struct job *job, const int size, int images, const float *x) {
    const struct ls_conv *conv = job->conv;
    const int total = images * ls_winograd_tiles(conv, size);
    for (int first = 0; first < total; first += GROUP) {
        const int count = first + GROUP < total ? GROUP : total - first;
        struct tile tiles[GROUP];
        place_tiles(conv, size, first, count, tiles);
        load_group(conv, size, x, tiles, count, job->in, GROUP);
        for (int channel = 0; channel < conv->out;) {
            const bool wide = channel + 2 * LANES <= conv->out;
            (wide ? multiply_wide : multiply_narrow)(job, channel, count);
            channel += wide ? 2 * LANES : LANES;
        }
        store_group(job, size, tiles, count);
    }
}

/* Functions of their own, so that the compiler finds registers for each. */
static void convolve_small(const struct job *job, int images, const float *x) {
    convolve(job, 2, images, x);
}

static void convolve_large(const struct job *job, int images, const float *x) {
    convolve(job, 4, images, x);
}

ls_winograd_forward NAME(ls_winograd_forward_, LS_ISA);
void NAME(ls_winograd_forward_,
          LS_ISA)(const struct ls_conv *conv, int images, const float *x, const float *packed,
                  const float *bias, const float *residual, bool relu, float *y, float *scratch) {
    const int size = ls_winograd_tile(conv), points = ls_winograd_points(size);
    const struct job job = {.conv = conv,
                            .weight = packed,
                            .bias = bias,
                            .residual = residual,
                            .y = y,
                            .in = scratch,
                            .out = scratch + (size_t)points * ls_winograd_stride(GROUP, conv->in),
                            .in_point = ls_winograd_stride(GROUP, conv->in),
                            .out_point = ls_winograd_stride(GROUP, conv->out),
                            .relu = relu,
                            .points = points};
    (size == 4 ? convolve_large : convolve_small)(&job, images, x);
}
