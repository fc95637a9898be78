/* Layer norm's loops. Of every pixel, mean and deviation of the channels are found anew wherever
 * they are needed. The Makefile compiles this file for each instruction set. */
#include "kernels/kernels.h"
#include "kernels/row.h"
#include <math.h>

struct moments {
    float mean, inverse; /* 1 / deviation */
};

INLINE struct moments moments_of(size_t channels, const float *x, float epsilon) {
    const size_t whole = channels / LANES * LANES;
    vector sum = {0}, squares = {0};
    for (size_t c = 0; c < channels; c += LANES)
        sum += get(x, c, channels);
    const float mean = sum_of(sum) / (float)channels;
    for (size_t c = 0; c < whole; c += LANES) {
        const vector d = load(x + c) - mean;
        squares += d * d;
    }
    float variance = sum_of(squares);
    for (size_t c = whole; c < channels; c++)
        variance += (x[c] - mean) * (x[c] - mean);
    return (struct moments){mean, 1 / sqrtf(variance / (float)channels + epsilon)};
}

ls_layer_norm NAME(ls_layer_norm_, LS_ISA);
ls_layer_norm_gradient NAME(ls_layer_norm_gradient_, LS_ISA);
ls_layer_norm_products NAME(ls_layer_norm_products_, LS_ISA);

void NAME(ls_layer_norm_, LS_ISA)(size_t pixels, size_t channels, const float *x, float epsilon,
                                  const float *weight, const float *bias, float *y) {
    const vector zero = {0};
    for (size_t p = 0; p < pixels; p++, x += channels, y += channels) {
        const struct moments m = moments_of(channels, x, epsilon);
        for (size_t c = 0; c < channels; c += LANES) {
            const vector normal = (get(x, c, channels) - m.mean) * m.inverse;
            const vector weighted = weight ? normal * get(weight, c, channels) : normal;
            put(y, c, channels, weighted + (bias ? get(bias, c, channels) : zero));
        }
    }
}

/* With x' = (x - mean) * inverse and g' = g * weight:
 * x_grad = inverse * (g' - mean(g') - x' mean(g' x')). */
void NAME(ls_layer_norm_gradient_, LS_ISA)(size_t pixels, size_t channels, const float *x,
                                           float epsilon, const float *weight, const float *y_grad,
                                           bool add, float *x_grad) {
    const float share = 1 / (float)channels;
    const vector zero = {0};
    for (size_t p = 0; p < pixels; p++, x += channels, y_grad += channels, x_grad += channels) {
        const struct moments m = moments_of(channels, x, epsilon);
        vector sum = {0}, dot = {0};
        for (size_t c = 0; c < channels; c += LANES) {
            const vector g = get(y_grad, c, channels);
            const vector weighted = weight ? g * get(weight, c, channels) : g;
            sum += weighted;
            dot += weighted * (get(x, c, channels) - m.mean);
        }
        const float mean = sum_of(sum) * share, slope = sum_of(dot) * share * m.inverse;
        for (size_t c = 0; c < channels; c += LANES) {
            const vector g = get(y_grad, c, channels);
            const vector weighted = weight ? g * get(weight, c, channels) : g;
            const vector normal = (get(x, c, channels) - m.mean) * m.inverse;
            const vector before = add ? get(x_grad, c, channels) : zero;
            put(x_grad, c, channels, before + (weighted - mean - normal * slope) * m.inverse);
        }
    }
}

void NAME(ls_layer_norm_products_, LS_ISA)(size_t pixels, size_t channels, const float *x,
                                           float epsilon, const float *y_grad, float *sum) {
    for (size_t p = 0; p < pixels; p++, x += channels, y_grad += channels) {
        const struct moments m = moments_of(channels, x, epsilon);
        for (size_t c = 0; c < channels; c += LANES) {
            const vector normal = (get(x, c, channels) - m.mean) * m.inverse;
            put(sum, c, channels, get(sum, c, channels) + get(y_grad, c, channels) * normal);
        }
    }
}
