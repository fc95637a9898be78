/* GELU: x times the probability that a standard normal number is below x (Hendrycks and Gimpel
 * 2016). The Makefile compiles this file for each instruction set. */
#include "kernels/exponential.h"
#include "kernels/kernels.h"
#include "kernels/vector.h"

/* exp(t^2 / 2) times the probability of more than t, for 0 <= t < 13: a polynomial of 1 / (1 + t/4)
 * that is off by a part in 1e8. */
INLINE vector tail_ratio(vector t) {
    static const float factors[] = {0.0350161851F, -0.201970417F,  0.408609235F, -0.35163393F,
                                    0.319649555F,  -0.0285803903F, 0.12443363F,  0.0941959506F,
                                    0.100305848F,  -2.56718557e-5F};
    const vector u = 1.0F / (t * 0.25F + 1.0F);
    vector p = u * factors[0] + factors[1];
#pragma GCC unroll 8
    for (int i = 2; i < 10; i++)
        p = p * u + factors[i];
    return p;
}

/* The probability of less than x, and how dense numbers are there; far out 0. */
struct normal {
    vector below, density;
};

INLINE struct normal normal_at(vector x) {
    const vector zero = {0}, size = (vector)((mask)x & 0x7fffffff);
    const mask near = size < zero + 13.0F;
    const vector t = choose(near, size, zero);
    const vector e = choose(near, exponential(t * t * -0.5F), zero);
    const vector tail = e * tail_ratio(t);
    return (struct normal){choose(x < zero, tail, 1.0F - tail), e * 0.398942280F};
}

INLINE vector value_at(vector x) {
    return x * normal_at(x).below;
}

INLINE vector slope_at(vector x) {
    const struct normal normal = normal_at(x);
    return normal.below + x * normal.density;
}

ls_gelu NAME(ls_gelu_, LS_ISA);
ls_gelu_gradient NAME(ls_gelu_gradient_, LS_ISA);

void NAME(ls_gelu_, LS_ISA)(size_t count, const float *x, float *y) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        store(y + i, value_at(load(x + i)));
    if (i < count)
        store_some(y + i, value_at(load_some(x + i, count - i)), count - i);
}

INLINE vector gradient_at(vector x, vector y_grad, vector before) {
    return before + y_grad * slope_at(x);
}

void NAME(ls_gelu_gradient_, LS_ISA)(size_t count, const float *x, const float *y_grad, bool add,
                                     float *x_grad) {
    const vector zero = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        store(x_grad + i,
              gradient_at(load(x + i), load(y_grad + i), add ? load(x_grad + i) : zero));
    if (i == count)
        return;
    const size_t rest = count - i;
    const vector before = add ? load_some(x_grad + i, rest) : zero;
    store_some(x_grad + i, gradient_at(load_some(x + i, rest), load_some(y_grad + i, rest), before),
               rest);
}
