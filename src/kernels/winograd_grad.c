/* The gradient of a 3x3 convolution's weights by Winograd's minimal filtering: GROUP tiles at a
 * time, the transformed input and output gradient are multiplied at each of the 16 points and
 * summed up over the tiles of all images; the sums are transformed back once. Compiled once for
 * each instruction set. */
#include "kernels/winograd_tiles.h"

#define JOIN(a, b)   a##b
#define NAME(f, isa) JOIN(f, isa)

/* A gradient at work. */
struct job {
    const struct ls_conv *conv;
    float *in, *out; /* transformed tiles [POINTS][GROUP][channels] */
    float *sums;     /* [POINTS][in][out] */
};

/* Four values of A dy, from one column or row of two. */
INLINE void transform_grad(vector first, vector second, vector *m, const int step) {
    m[0] = first;
    m[step] = first + second;
    m[2 * step] = first - second;
    m[3 * step] = -second;
}

/* out[POINTS][t][..] = A dy A^T for LANES channels of a tile, zero outside the image. */
INLINE void load_grad(const struct job *job, const float *y_grad, struct tile tile, int t,
                      int channel) {
    const struct ls_conv *conv = job->conv;
    const size_t out = (size_t)conv->out, point = ls_winograd_stride(conv->out);
    vector dy[2][2], half[8], m[POINTS];
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            const size_t row =
                ((size_t)tile.image * conv->out_height + tile.y + i) * conv->out_width;
            const bool inside = tile.y + i < conv->out_height && tile.x + j < conv->out_width;
            dy[i][j] = inside ? load(y_grad + (row + tile.x + j) * out + channel) : (vector){0};
        }
#pragma GCC unroll 2
    for (int j = 0; j < 2; j++)
        transform_grad(dy[0][j], dy[1][j], half + j, 2);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        transform_grad(half[2 * i], half[2 * i + 1], m + 4 * i, 1);
#pragma GCC unroll 16
    for (int p = 0; p < POINTS; p++)
        store(job->out + p * point + (size_t)t * out + channel, m[p]);
}

/* sums[rows][vectors * LANES] += x[tiles][rows] (outer product) g[tiles][vectors * LANES] */
INLINE void multiply_rows(const struct ls_conv *conv, const int rows, const int vectors, int tiles,
                          const float *x, const float *g, float *sums) {
    const size_t in = (size_t)conv->in, out = (size_t)conv->out;
    vector sum[TILE][2];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            sum[r][v] = load(sums + (size_t)r * out + v * LANES);
    for (int t = 0; t < tiles; t++, x += in, g += out) {
        vector grad[2];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            grad[v] = load(g + v * LANES);
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++)
                sum[r][v] += x[r] * grad[v];
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
            store(sums + (size_t)r * out + v * LANES, sum[r][v]);
}

/* One point, for the output channels of one slice. */
INLINE void multiply_slice(const struct job *job, const int rows, const int vectors, int point,
                           int channel, int tiles) {
    const struct ls_conv *conv = job->conv;
    const float *x = job->in + point * ls_winograd_stride(conv->in);
    const float *g = job->out + point * ls_winograd_stride(conv->out) + channel;
    float *sums = job->sums + (size_t)point * conv->in * conv->out + channel;
    for (int i = 0; i < conv->in; i += rows)
        multiply_rows(conv, rows, vectors, tiles, x + i, g, sums + (size_t)i * conv->out);
}

static void multiply_group(const struct job *job, int tiles) {
    for (int point = 0; point < POINTS; point++)
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

/* Three values of G^T m, from one column or row of four. */
INLINE void transform_sums(const vector *m, const int step, vector *g, const int g_step) {
    const vector half = (vector){0} + 0.5F, sum = (m[step] + m[2 * step]) * half;
    g[0] = m[0] + sum;
    g[g_step] = (m[step] - m[2 * step]) * half;
    g[2 * g_step] = sum + m[3 * step];
}

/* weight_grad[3][3][in][out] = G^T sums G */
static void store_sums(const struct job *job, float *weight_grad) {
    const size_t size = (size_t)job->conv->in * job->conv->out;
    for (size_t at = 0; at < size; at += LANES) {
        vector m[POINTS], half[12], g[9];
#pragma GCC unroll 16
        for (int p = 0; p < POINTS; p++)
            m[p] = load(job->sums + (size_t)p * size + at);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++)
            transform_sums(m + i, 4, half + i, 4);
#pragma GCC unroll 3
        for (int i = 0; i < 3; i++)
            transform_sums(half + 4 * i, 1, g + 3 * i, 1);
#pragma GCC unroll 9
        for (int tap = 0; tap < 9; tap++)
            store(weight_grad + (size_t)tap * size + at, g[tap]);
    }
}

ls_winograd_weight_grad NAME(ls_winograd_weight_grad_, LS_ISA);
void NAME(ls_winograd_weight_grad_, LS_ISA)(const struct ls_conv *conv, int images, const float *x,
                                            const float *y_grad, float *weight_grad,
                                            float *scratch) {
    const struct job job = {
        .conv = conv,
        .in = scratch,
        .out = scratch + POINTS * ls_winograd_stride(conv->in),
        .sums = scratch + POINTS * (ls_winograd_stride(conv->in) + ls_winograd_stride(conv->out))};
    const int total = images * tile_count(conv);
    memset(job.sums, 0, (size_t)POINTS * conv->in * conv->out * sizeof *job.sums);
    for (int first = 0; first < total; first += GROUP) {
        const int count = first + GROUP < total ? GROUP : total - first;
        struct tile tiles[GROUP];
        for (int t = 0; t < count; t++)
            tiles[t] = tile_of(conv, first + t);
        load_group(conv, x, tiles, count, job.in);
        for (int t = 0; t < count; t++)
            for (int channel = 0; channel < conv->out; channel += LANES)
                load_grad(&job, y_grad, tiles[t], t, channel);
        multiply_group(&job, count);
    }
    store_sums(&job, weight_grad);
}
