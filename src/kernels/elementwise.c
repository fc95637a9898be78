/* The loops of kernels.h in plain C; the Makefile compiles this file once for each instruction set,
 * with LS_ISA as the table's name and LANES the vector's length (0 without direct
 * convolutions), and the compiler vectorises over the innermost index. */
#include "kernels/kernels.h"

#define JOIN(a, b)      a##b
#define JOIN2(a, b)     JOIN(a, b)
#define TABLE_NAME(isa) JOIN(ls_kernels_, isa)
#define STRING(a)       #a
#define ISA_STRING(isa) STRING(isa)

static void affine(size_t pixels, int channels, const float *x, const float *scale,
                   const float *shift, const float *residual, bool relu, float *y) {
    for (size_t p = 0; p < pixels; p++, x += channels, y += channels) {
#pragma omp simd
        for (int c = 0; c < channels; c++) {
            float value = scale ? x[c] * scale[c] : x[c];
            if (shift)
                value += shift[c];
            if (residual)
                value += residual[c];
            y[c] = relu && value < 0 ? 0 : value;
        }
        if (residual)
            residual += channels;
    }
}

static void moments(size_t pixels, int channels, const float *restrict x, double *restrict sum,
                    double *restrict square) {
    for (size_t p = 0; p < pixels; p++, x += channels)
        for (int c = 0; c < channels; c++) {
            double value = x[c];
            sum[c] += value;
            square[c] += value * value;
        }
}

static void gradient_moments(size_t pixels, int channels, const float *restrict x,
                             const float *restrict y, const float *restrict y_grad,
                             double *restrict sum, double *restrict dot) {
    for (size_t p = 0; p < pixels; p++, x += channels, y_grad += channels) {
        if (y) {
            for (int c = 0; c < channels; c++) {
                float g = y[c] > 0 ? y_grad[c] : 0;
                sum[c] += g;
                dot[c] += (double)g * x[c];
            }
            y += channels;
        } else {
            for (int c = 0; c < channels; c++) {
                sum[c] += y_grad[c];
                dot[c] += (double)y_grad[c] * x[c];
            }
        }
    }
}

static void gradient_affine(size_t pixels, int channels, const float *restrict x,
                            const float *restrict y, const float *restrict y_grad,
                            const float *restrict a, const float *restrict b,
                            const float *restrict c, float *restrict x_grad, bool add_x,
                            float *restrict residual_grad, bool add_residual) {
    for (size_t p = 0; p < pixels; p++) {
        size_t at = p * (size_t)channels;
        for (int i = 0; i < channels; i++) {
            float g = !y || y[at + i] > 0 ? y_grad[at + i] : 0;
            float value = a[i] * g + b[i] * x[at + i] + c[i];
            x_grad[at + i] = add_x ? x_grad[at + i] + value : value;
        }
        if (residual_grad)
            for (int i = 0; i < channels; i++) {
                float g = !y || y[at + i] > 0 ? y_grad[at + i] : 0;
                residual_grad[at + i] = add_residual ? residual_grad[at + i] + g : g;
            }
    }
}

static void copy(size_t count, const float *x, float *y, bool add) {
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        y[i] = add ? y[i] + x[i] : x[i];
}

static void relu(size_t count, const float *x, float *y) {
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        y[i] = x[i] < 0 ? 0 : x[i];
}

static void relu_gradient(size_t count, const float *restrict y, const float *restrict y_grad,
                          float *restrict x_grad, bool add) {
    for (size_t i = 0; i < count; i++) {
        float g = y[i] > 0 ? y_grad[i] : 0;
        x_grad[i] = add ? x_grad[i] + g : g;
    }
}

static void sum_parts(size_t count, const float *restrict part, int parts, size_t stride,
                      float *restrict total) {
    for (size_t i = 0; i < count; i++)
        total[i] = part[i];
    for (int p = 1; p < parts; p++)
        for (size_t i = 0; i < count; i++)
            total[i] += part[(size_t)p * stride + i];
}

static void sgd(size_t count, const struct ls_sgd *rule, const float *restrict gradient,
                float *restrict velocity, float *restrict weight) {
    const float rate = rule->rate, momentum = rule->momentum, decay = rule->weight_decay;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i] + decay * weight[i];
        velocity[i] = momentum * velocity[i] + g;
        weight[i] -= rate * (g + momentum * velocity[i]);
    }
}

#if LANES
ls_direct_forward JOIN2(ls_direct_forward_, LS_ISA);
ls_direct_weight_grad JOIN2(ls_direct_weight_grad_, LS_ISA);
ls_winograd_forward JOIN2(ls_winograd_forward_, LS_ISA);
ls_winograd_weight_grad JOIN2(ls_winograd_weight_grad_, LS_ISA);
#endif

extern const struct ls_kernels TABLE_NAME(LS_ISA);
const struct ls_kernels TABLE_NAME(LS_ISA) = {
    .name = ISA_STRING(LS_ISA),
#if LANES
    .lanes = LANES,
    .conv_forward = JOIN2(ls_direct_forward_, LS_ISA),
    .conv_weight_grad = JOIN2(ls_direct_weight_grad_, LS_ISA),
    .winograd_forward = JOIN2(ls_winograd_forward_, LS_ISA),
    .winograd_weight_grad = JOIN2(ls_winograd_weight_grad_, LS_ISA),
#endif
    .affine = affine,
    .moments = moments,
    .gradient_moments = gradient_moments,
    .gradient_affine = gradient_affine,
    .copy = copy,
    .relu = relu,
    .relu_gradient = relu_gradient,
    .sum_parts = sum_parts,
    .sgd = sgd,
};
