/* The loops over activations (struct ls_elementwise) in plain C; the Makefile compiles this file
 * for each instruction set, once for floats and once for bfloat16 (BFLOATS), with LOOPS as the
 * table's name, and the compiler vectorises over the innermost index. */
#include "kernels/bfloat.h"
#include "kernels/kernels.h"

/* An activation in memory, and between there and a float. */
#if BFLOATS
typedef uint16_t value;

static inline float get(value x) {
    return ls_float_of(x);
}

static inline value put(float x) {
    return ls_bfloat_of(x);
}
#else
typedef float value;

static inline float get(value x) {
    return x;
}

static inline value put(float x) {
    return x;
}
#endif

static void affine(size_t pixels, int channels, const void *from, const float *scale,
                   const float *shift, const void *added, bool relu, void *to) {
    const value *x = from, *residual = added;
    value *y = to;
    for (size_t p = 0; p < pixels; p++, x += channels, y += channels) {
#pragma omp simd
        for (int c = 0; c < channels; c++) {
            float sum = scale ? get(x[c]) * scale[c] : get(x[c]);
            if (shift)
                sum += shift[c];
            if (residual)
                sum += get(residual[c]);
            y[c] = put(relu && sum < 0 ? 0 : sum);
        }
        if (residual)
            residual += channels;
    }
}

static void moments(size_t pixels, int channels, const void *from, double *restrict sum,
                    double *restrict square) {
    const value *restrict x = from;
    for (size_t p = 0; p < pixels; p++, x += channels)
        for (int c = 0; c < channels; c++) {
            const double element = get(x[c]);
            sum[c] += element;
            square[c] += element * element;
        }
}

static void gradient_moments(size_t pixels, int channels, const void *in, const void *out,
                             const void *out_grad, double *restrict sum, double *restrict dot) {
    const value *restrict x = in, *restrict y = out, *restrict y_grad = out_grad;
    for (size_t p = 0; p < pixels; p++, x += channels, y_grad += channels) {
        if (y) {
            for (int c = 0; c < channels; c++) {
                const float g = get(y[c]) > 0 ? get(y_grad[c]) : 0;
                sum[c] += g;
                dot[c] += (double)g * get(x[c]);
            }
            y += channels;
        } else {
            for (int c = 0; c < channels; c++) {
                sum[c] += get(y_grad[c]);
                dot[c] += (double)get(y_grad[c]) * get(x[c]);
            }
        }
    }
}

static void gradient_affine(size_t pixels, int channels, const void *in, const void *out,
                            const void *out_grad, const float *restrict a, const float *restrict b,
                            const float *restrict c, void *in_grad, bool add_x, void *added_grad,
                            bool add_residual) {
    const value *restrict x = in, *restrict y = out, *restrict y_grad = out_grad;
    value *restrict x_grad = in_grad, *restrict residual_grad = added_grad;
    for (size_t p = 0; p < pixels; p++) {
        const size_t at = p * (size_t)channels;
        for (int i = 0; i < channels; i++) {
            const float g = !y || get(y[at + i]) > 0 ? get(y_grad[at + i]) : 0;
            const float sum = a[i] * g + b[i] * get(x[at + i]) + c[i];
            x_grad[at + i] = put(add_x ? get(x_grad[at + i]) + sum : sum);
        }
        if (residual_grad)
            for (int i = 0; i < channels; i++) {
                const float g = !y || get(y[at + i]) > 0 ? get(y_grad[at + i]) : 0;
                residual_grad[at + i] = put(add_residual ? get(residual_grad[at + i]) + g : g);
            }
    }
}

static void add(size_t count, const void *first, const void *second, void *to) {
    const value *a = first, *b = second;
    value *y = to;
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        y[i] = put(get(a[i]) + get(b[i]));
}

static void relu(size_t count, const void *from, void *to) {
    const value *x = from;
    value *y = to;
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        y[i] = get(x[i]) < 0 ? put(0) : x[i];
}

static void relu_gradient(size_t count, const void *out, const void *out_grad, void *in_grad,
                          bool accumulate) {
    const value *restrict y = out, *restrict y_grad = out_grad;
    value *restrict x_grad = in_grad;
    for (size_t i = 0; i < count; i++) {
        const float g = get(y[i]) > 0 ? get(y_grad[i]) : 0;
        x_grad[i] = put(accumulate ? get(x_grad[i]) + g : g);
    }
}

extern const struct ls_elementwise LOOPS;
const struct ls_elementwise LOOPS = {
    .bytes = sizeof(value),
    .affine = affine,
    .moments = moments,
    .gradient_moments = gradient_moments,
    .gradient_affine = gradient_affine,
    .add = add,
    .relu = relu,
    .relu_gradient = relu_gradient,
};
