/* Winograd's convolution in the compiler's vectors: GROUP tiles of 2x2 output pixels at a time are
 * transformed, multiplied with the weights at each of their 16 points, and transformed back.
 * Compiled once for each instruction set. */
#include "kernels/winograd_tiles.h"

#define JOIN(a, b)   a##b
#define NAME(f, isa) JOIN(f, isa)

/* A convolution at work. */
struct job {
    const struct ls_conv *conv;
    const float *weight, *bias, *residual;
    float *y;
    float *in, *out;            /* transformed tiles [POINTS][GROUP][channels], ... */
    size_t in_point, out_point; /* ... and the floats from one point to the next */
    bool relu;
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
    for (int p = 0; p < POINTS; p++)
        for (int t = 0; t < count; t += tiles)
            multiply_tiles(
                tiles, vectors, channels, out, job->in + p * job->in_point + (size_t)t * channels,
                job->weight + ((size_t)channel * POINTS + (size_t)p * vectors * LANES) * channels,
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

/* Two values of A^T m, from one column or row of four. */
INLINE void transform_out(const vector *m, const int step, vector *first, vector *second) {
    const vector sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    *first = m[0] + sum;
    *second = difference - m[3 * step];
}

/* y = A^T m A for LANES channels of tile number t, with everything that follows; `whole`: no pixel
 * of it is outside the image. */
INLINE void store_channels(const struct job *job, struct tile tile, int t, int channel,
                           const bool whole) {
    const struct ls_conv *conv = job->conv;
    const size_t out = (size_t)conv->out;
    const vector bias = job->bias ? load(job->bias + channel) : (vector){0};
    vector m[POINTS], half[8];
#pragma GCC unroll 16
    for (int p = 0; p < POINTS; p++)
        m[p] = load(job->out + p * job->out_point + (size_t)t * out + channel);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        transform_out(m + i, 4, &half[i], &half[4 + i]);
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        const size_t row = ((size_t)tile.image * conv->out_height + tile.y + i) * conv->out_width;
        const size_t at = (row + tile.x) * out + channel;
        vector value[2];
        transform_out(half + 4 * i, 1, &value[0], &value[1]);
#pragma GCC unroll 2
        for (int j = 0; j < 2; j++) {
            if (!whole && (tile.y + i >= conv->out_height || tile.x + j >= conv->out_width))
                continue;
            value[j] += bias;
            if (job->residual)
                value[j] += load(job->residual + at + j * out);
            store(job->y + at + j * out, job->relu ? rectify(value[j]) : value[j]);
        }
    }
}

static void store_group(const struct job *job, const struct tile *tiles, int count) {
    const struct ls_conv *conv = job->conv;
    for (int t = 0; t < count; t++) {
        const bool whole = tiles[t].y + 2 <= conv->out_height && tiles[t].x + 2 <= conv->out_width;
        for (int channel = 0; channel < conv->out; channel += LANES)
            if (whole)
                store_channels(job, tiles[t], t, channel, true);
            else
                store_channels(job, tiles[t], t, channel, false);
    }
}

ls_winograd_forward NAME(ls_winograd_forward_, LS_ISA);
void NAME(ls_winograd_forward_,
          LS_ISA)(const struct ls_conv *conv, int images, const float *x, const float *packed,
                  const float *bias, const float *residual, bool relu, float *y, float *scratch) {
    const struct job job = {.conv = conv,
                            .weight = packed,
                            .bias = bias,
                            .residual = residual,
                            .y = y,
                            .in = scratch,
                            .out = scratch + POINTS * ls_winograd_stride(conv->in),
                            .in_point = ls_winograd_stride(conv->in),
                            .out_point = ls_winograd_stride(conv->out),
                            .relu = relu};
    const int total = images * tile_count(conv);
    for (int first = 0; first < total; first += GROUP) {
        const int count = first + GROUP < total ? GROUP : total - first;
        struct tile tiles[GROUP];
        for (int t = 0; t < count; t++)
            tiles[t] = tile_of(conv, first + t);
        load_group(conv, x, tiles, count, job.in);
        for (int channel = 0; channel < conv->out;) {
            const bool wide = channel + 2 * LANES <= conv->out;
            (wide ? multiply_wide : multiply_narrow)(&job, channel, count);
            channel += wide ? 2 * LANES : LANES;
        }
        store_group(&job, tiles, count);
    }
}
