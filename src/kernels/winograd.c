/* Winograd's convolution in the compiler's vectors: GROUP tiles of 2x2 output pixels at a time are
 * transformed, multiplied with the weights at each of their 16 points, and transformed back.
 * Compiled once for each instruction set. */
#include "kernels/winograd.h"
#include "kernels/vector.h"

#define JOIN(a, b)   a##b
#define NAME(f, isa) JOIN(f, isa)

enum { POINTS = LS_WINOGRAD_POINTS, GROUP = LS_WINOGRAD_GROUP };

/* A convolution at work. */
struct job {
    const struct ls_conv *conv;
    const float *x, *weight, *bias, *residual;
    float *y;
    float *in, *out;            /* transformed tiles [POINTS][GROUP][channels], ... */
    size_t in_point, out_point; /* ... and the floats from one point to the next */
    bool relu;
    int tiles_x; /* tiles in one row */
};

/* The upper left output pixel of a tile: the last tiles of odd images overlap. */
static void corner_of(const struct job *job, int tile, int *oy, int *ox) {
    const struct ls_conv *conv = job->conv;
    *oy = tile / job->tiles_x * 2;
    *ox = tile % job->tiles_x * 2;
    *oy = *oy + 2 <= conv->out_height ? *oy : conv->out_height - 2;
    *ox = *ox + 2 <= conv->out_width ? *ox : conv->out_width - 2;
}

/* d = B^T d, one column or row of four. */
INLINE void transform_in(vector *d, const int step) {
    const vector a = d[0], b = d[step], c = d[2 * step], e = d[3 * step];
    d[0] = a - c;
    d[step] = b + c;
    d[2 * step] = c - b;
    d[3 * step] = b - e;
}

/* in[POINTS][tile][..] = B^T d B for LANES channels of the 4x4 pixels d around a tile, zero outside
 * the image. */
INLINE void load_tile(const struct job *job, int tile, int channel, int oy, int ox,
                      const bool inside) {
    static const float zeros[LANES];
    const struct ls_conv *conv = job->conv;
    vector d[POINTS];
#pragma GCC unroll 16
    for (int p = 0; p < POINTS; p++) {
        const int iy = oy - 1 + p / 4, ix = ox - 1 + p % 4;
        const bool there =
            inside || (iy >= 0 && ix >= 0 && iy < conv->in_height && ix < conv->in_width);
        d[p] =
            load(there ? job->x + ((size_t)iy * conv->in_width + ix) * conv->in + channel : zeros);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        transform_in(d + i, 4);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        transform_in(d + 4 * i, 1);
#pragma GCC unroll 16
    for (int p = 0; p < POINTS; p++)
        store(job->in + p * job->in_point + (size_t)tile * conv->in + channel, d[p]);
}

static void load_group(const struct job *job, const int *oy, const int *ox) {
    const struct ls_conv *conv = job->conv;
    for (int tile = 0; tile < GROUP; tile++) {
        const bool inside = oy[tile] > 0 && ox[tile] > 0 && oy[tile] + 3 <= conv->in_height &&
                            ox[tile] + 3 <= conv->in_width;
        for (int channel = 0; channel < conv->in; channel += LANES)
            if (inside)
                load_tile(job, tile, channel, oy[tile], ox[tile], true);
            else
                load_tile(job, tile, channel, oy[tile], ox[tile], false);
    }
}

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

/* All points of a group, for one slice of output channels. */
INLINE void multiply_group(const struct job *job, const int tiles, const int vectors,
                           const int channels, int channel) {
    const size_t out = (size_t)job->conv->out;
    for (int p = 0; p < POINTS; p++)
        for (int t = 0; t < GROUP; t += tiles)
            multiply_tiles(
                tiles, vectors, channels, out, job->in + p * job->in_point + (size_t)t * channels,
                job->weight + ((size_t)channel * POINTS + (size_t)p * vectors * LANES) * channels,
                job->out + p * job->out_point + (size_t)t * out + channel);
}

/* The channel counts of the common networks get code of their own, with constant addresses. */
INLINE void multiply_any(const struct job *job, const int tiles, const int vectors, int channel) {
    const int channels = job->conv->in;
    if (channels == 16)
        multiply_group(job, tiles, vectors, 16, channel);
    else if (channels == 32)
        multiply_group(job, tiles, vectors, 32, channel);
    else if (channels == 64)
        multiply_group(job, tiles, vectors, 64, channel);
    else
        multiply_group(job, tiles, vectors, channels, channel);
}

static void multiply_wide(const struct job *job, int channel) {
    multiply_any(job, TILE / 2, 2, channel);
}

static void multiply_narrow(const struct job *job, int channel) {
    multiply_any(job, TILE, 1, channel);
}

/* Two values of A^T m, from one column or row of four. */
INLINE void transform_out(const vector *m, const int step, vector *first, vector *second) {
    const vector sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
    *first = m[0] + sum;
    *second = difference - m[3 * step];
}

/* y = A^T m A for LANES channels of a tile, with everything that follows. */
INLINE void store_tile(const struct job *job, int tile, int channel, int oy, int ox) {
    const struct ls_conv *conv = job->conv;
    const size_t out = (size_t)conv->out;
    const vector bias = job->bias ? load(job->bias + channel) : (vector){0};
    vector m[POINTS], half[8];
#pragma GCC unroll 16
    for (int p = 0; p < POINTS; p++)
        m[p] = load(job->out + p * job->out_point + (size_t)tile * out + channel);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        transform_out(m + i, 4, &half[i], &half[4 + i]);
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        const size_t at = ((size_t)(oy + i) * conv->out_width + ox) * out + channel;
        vector value[2];
        transform_out(half + 4 * i, 1, &value[0], &value[1]);
#pragma GCC unroll 2
        for (int j = 0; j < 2; j++) {
            value[j] += bias;
            if (job->residual)
                value[j] += load(job->residual + at + j * out);
            store(job->y + at + j * out, job->relu ? rectify(value[j]) : value[j]);
        }
    }
}

static void store_group(const struct job *job, const int *oy, const int *ox) {
    for (int tile = 0; tile < GROUP; tile++)
        for (int channel = 0; channel < job->conv->out; channel += LANES)
            store_tile(job, tile, channel, oy[tile], ox[tile]);
}

ls_winograd_forward NAME(ls_winograd_forward_, LS_ISA);
void NAME(ls_winograd_forward_,
          LS_ISA)(const struct ls_conv *conv, const float *x, const float *packed,
                  const float *bias, const float *residual, bool relu, float *y, float *scratch) {
    const struct job job = {.conv = conv,
                            .x = x,
                            .weight = packed,
                            .bias = bias,
                            .residual = residual,
                            .y = y,
                            .in = scratch,
                            .out = scratch + POINTS * ls_winograd_stride(conv->in),
                            .in_point = ls_winograd_stride(conv->in),
                            .out_point = ls_winograd_stride(conv->out),
                            .relu = relu,
                            .tiles_x = (conv->out_width + 1) / 2};
    const int tiles = job.tiles_x * ((conv->out_height + 1) / 2);
    for (int first = 0; first < tiles; first += GROUP) {
        int oy[GROUP], ox[GROUP];
        for (int t = 0; t < GROUP; t++) /* past the last tile, the last once more */
            corner_of(&job, first + t < tiles ? first + t : tiles - 1, &oy[t], &ox[t]);
        load_group(&job, oy, ox);
        for (int channel = 0; channel < conv->out;) {
            const bool wide = channel + 2 * LANES <= conv->out;
            (wide ? multiply_wide : multiply_narrow)(&job, channel);
            channel += wide ? 2 * LANES : LANES;
        }
        store_group(&job, oy, ox);
    }
}
