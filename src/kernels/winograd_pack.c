/* Winograd's transform of the filters, LANES output channels at a time in double. Compiled once for
 * each instruction set. */
#include "kernels/vector.h"
#include "kernels/winograd.h"

enum { TAPS = 9, MAX_SIDE = 6 };

typedef double wide __attribute__((vector_size(LANES * sizeof(double))));

/* The entries of G g for the points p and -p; `norm` is the product of p's differences from the
 * other finite points. */
INLINE void transform_pair(const double p, const double norm, const wide g[3], wide *to,
                           const int step) {
    const wide even = (g[0] + p * p * g[2]) * (1 / norm), odd = g[1] * (p / norm);
    to[0] = even + odd;
    to[step] = even - odd;
}

/* to[size + 2] = G g, `step` apart. */
INLINE void transform_filter(const int size, const wide g[3], wide *to, const int step) {
    const double near = size == 4 ? LS_WINOGRAD_NEAR : 1, far = LS_WINOGRAD_FAR;
    const double gap = near * near - far * far;
    to[0] = size == 4 ? g[0] * (1 / (near * near * far * far)) : g[0];
    transform_pair(near, size == 4 ? 2 * near * near * gap : 2, g, to + step, step);
    if (size == 4)
        transform_pair(far, -2 * far * far * gap, g, to + 3 * step, step);
    to[(size + 1) * step] = g[2];
}

/* filter[TAPS] = the filters from input channel `in` to LANES output channels. */
INLINE void load_filters(const struct ls_filters *filters, int first, int in, wide filter[TAPS]) {
    double lanes[TAPS][LANES];
    for (int lane = 0; lane < LANES; lane++)
        for (int t = 0; t < TAPS; t++)
            lanes[t][lane] = ls_filter_value(filters, first + lane, in, t);
    memcpy(filter, lanes, sizeof lanes);
}

/* The output channels first .. first+LANES-1, `width` floats of a slice. */
INLINE void pack_lanes(const struct ls_conv *conv, const int size, const struct ls_filters *filters,
                       int first, size_t width, float *packed) {
    const int side = size + 2;
    for (int in = 0; in < conv->in; in++) {
        wide filter[TAPS], half[3 * MAX_SIDE], points[MAX_SIDE];
        load_filters(filters, first, in, filter);
#pragma GCC unroll 3
        for (int x = 0; x < 3; x++) {
            const wide column[3] = {filter[x], filter[3 + x], filter[6 + x]};
            transform_filter(size, column, half + x, 3);
        }
#pragma GCC unroll 6
        for (int i = 0; i < side; i++) {
            transform_filter(size, half + 3 * i, points, 1);
#pragma GCC unroll 6
            for (int j = 0; j < side; j++)
                store(packed + ((size_t)(i * side + j) * conv->in + in) * width,
                      __builtin_convertvector(points[j], vector));
        }
    }
}

INLINE void pack_all(const struct ls_conv *conv, const int size, const struct ls_filters *filters,
                     float *packed) {
    const int slice = 2 * LANES, points = ls_winograd_points(size);
    for (int first = 0; first < conv->out; first += LANES) {
        const int start = first / slice * slice;
        const int width = conv->out - start < slice ? LANES : slice;
        pack_lanes(conv, size, filters, first, (size_t)width,
                   packed + (size_t)start * points * conv->in + (first - start));
    }
}

ls_winograd_pack NAME(ls_winograd_pack_, LS_ISA);
void NAME(ls_winograd_pack_, LS_ISA)(const struct ls_conv *conv, const struct ls_filters *filters,
                                     float *packed) {
    if (ls_winograd_tile(conv) == 4)
        pack_all(conv, 4, filters, packed);
    else
        pack_all(conv, 2, filters, packed);
}
