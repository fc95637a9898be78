/* Functions of one value: y = f(x). Each is given by f, its derivative and, where that bends, the
 * second one. */
#include "ops/op.h"
#include <math.h>

/* Of x; a derivative of that or of y, whichever the operation needs in its backward pass. */
typedef float function(const struct ls_attributes *a, float value);

static const float *given(const struct ls_call *call) {
    return call->node->op->backward_needs == LS_NEEDS_OUTPUT ? call->output : call->inputs[0];
}

static inline void apply(const struct ls_call *call, int first, int last, function *f) {
    const size_t size = ls_shape_size(call->node->out);
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++)
        call->output[i] = f(&call->node->attributes, call->inputs[0][i]);
}

static inline void apply_backward(const struct ls_call *call, int first, int last,
                                  function *slope) {
    const size_t size = ls_shape_size(call->node->out);
    const float *values = given(call);
    float *x_grad = call->input_grads[0];
    for (size_t i = size * (size_t)first; x_grad && i < size * (size_t)last; i++) {
        const float gradient = call->output_grad[i] * slope(&call->node->attributes, values[i]);
        x_grad[i] = call->accumulate[0] ? x_grad[i] + gradient : gradient;
    }
}

static inline void apply_tangent(const struct ls_call *call, int first, int last, function *slope) {
    const size_t size = ls_shape_size(call->node->out);
    const float *values = given(call);
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++)
        call->output_tangent[i] =
            call->input_tangents[0][i] * slope(&call->node->attributes, values[i]);
}

/* The slope changes by the second derivative times the input's change. */
static inline void apply_backward_tangent(const struct ls_call *call, int first, int last,
                                          function *slope, function *second) {
    const struct ls_attributes *a = &call->node->attributes;
    const size_t size = ls_shape_size(call->node->out);
    const float *values = given(call);
    float *x_grad = call->input_grad_tangents[0];
    for (size_t i = size * (size_t)first; x_grad && i < size * (size_t)last; i++) {
        const float change =
            call->output_grad_tangent[i] * slope(a, values[i]) +
            call->output_grad[i] * second(a, values[i]) * call->input_tangents[0][i];
        x_grad[i] = call->accumulate[0] ? x_grad[i] + change : change;
    }
}

/* The hooks of a function f, by f_value and f_slope. */
#define HOOKS(f)                                                                                   \
    static void f##_forward(const struct ls_call *call, int first, int last) {                     \
        apply(call, first, last, f##_value);                                                       \
    }                                                                                              \
    static void f##_backward(const struct ls_call *call, int first, int last) {                    \
        apply_backward(call, first, last, f##_slope);                                              \
    }                                                                                              \
    static void f##_tangent(const struct ls_call *call, int first, int last) {                     \
        apply_tangent(call, first, last, f##_slope);                                               \
    }

#define OPERATION(f, needs, change_of_slope)                                                       \
    const struct ls_op ls_op_##f = {                                                               \
        .name = #f,                                                                                \
        .backward_needs = (needs),                                                                 \
        .shape = ls_first_shape,                                                                   \
        .forward = f##_forward,                                                                    \
        .backward = f##_backward,                                                                  \
        .tangent = f##_tangent,                                                                    \
        .backward_tangent = (change_of_slope),                                                     \
    };

/* Of straight pieces. */
#define BENT_LINE(f) HOOKS(f) OPERATION(f, LS_NEEDS_INPUTS, NULL)

/* Of curves, by f_second. */
#define CURVE(f, needs)                                                                            \
    HOOKS(f)                                                                                       \
    static void f##_backward_tangent(const struct ls_call *call, int first, int last) {            \
        apply_backward_tangent(call, first, last, f##_slope, f##_second);                          \
    }                                                                                              \
    OPERATION(f, needs, f##_backward_tangent)

/* 1 / (1 + exp(-x)); by y */
static float sigmoid_value(const struct ls_attributes *a, float x) {
    (void)a;
    return 1 / (1 + expf(-x));
}

static float sigmoid_slope(const struct ls_attributes *a, float y) {
    (void)a;
    return y * (1 - y);
}

static float sigmoid_second(const struct ls_attributes *a, float y) {
    return sigmoid_slope(a, y) * (1 - 2 * y);
}

CURVE(sigmoid, LS_NEEDS_OUTPUT)

/* by y */
static float tanh_value(const struct ls_attributes *a, float x) {
    (void)a;
    return tanhf(x);
}

static float tanh_slope(const struct ls_attributes *a, float y) {
    (void)a;
    return 1 - y * y;
}

static float tanh_second(const struct ls_attributes *a, float y) {
    return -2 * y * tanh_slope(a, y);
}

CURVE(tanh, LS_NEEDS_OUTPUT)

/* x, but slope (exp(x) - 1) below 0 (Clevert et al. 2016); by x */
static float elu_value(const struct ls_attributes *a, float x) {
    return x > 0 ? x : a->slope * expm1f(x);
}

static float elu_slope(const struct ls_attributes *a, float x) {
    return x > 0 ? 1 : a->slope * expf(x);
}

static float elu_second(const struct ls_attributes *a, float x) {
    return x > 0 ? 0 : a->slope * expf(x);
}

CURVE(elu, LS_NEEDS_INPUTS)

/* x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019, section 5.2); by x */
static float hard_swish_value(const struct ls_attributes *a, float x) {
    (void)a;
    return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
}

static float hard_swish_slope(const struct ls_attributes *a, float x) {
    (void)a;
    return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
}

static float hard_swish_second(const struct ls_attributes *a, float x) {
    (void)a;
    return x <= -3 || x >= 3 ? 0 : 1.0F / 3;
}

CURVE(hard_swish, LS_NEEDS_INPUTS)

/* x (1 + tanh(u)) / 2, u = sqrt(2 / pi) (x + 0.044715 x^3): nearly GELU (Hendrycks and Gimpel 2016,
 * section 2); by x */
static const float gelu_rate = 0.797884561F, gelu_cubic = 0.044715F;

static float gelu_part(float x) {
    return tanhf(gelu_rate * (x + gelu_cubic * x * x * x));
}

static float gelu_tanh_value(const struct ls_attributes *a, float x) {
    (void)a;
    return x / 2 * (1 + gelu_part(x));
}

static float gelu_tanh_slope(const struct ls_attributes *a, float x) {
    const float t = gelu_part(x), rate = gelu_rate * (1 + 3 * gelu_cubic * x * x);
    (void)a;
    return (1 + t) / 2 + x / 2 * (1 - t * t) * rate;
}

static float gelu_tanh_second(const struct ls_attributes *a, float x) {
    const float t = gelu_part(x), rate = gelu_rate * (1 + 3 * gelu_cubic * x * x);
    (void)a;
    return (1 - t * t) * (rate + x / 2 * (6 * gelu_rate * gelu_cubic * x - 2 * t * rate * rate));
}

CURVE(gelu_tanh, LS_NEEDS_INPUTS)

/* log(1 + exp(x)); by x */
static float softplus_value(const struct ls_attributes *a, float x) {
    (void)a;
    return x > 0 ? x + log1pf(expf(-x)) : log1pf(expf(x));
}

static float softplus_slope(const struct ls_attributes *a, float x) {
    return sigmoid_value(a, x);
}

static float softplus_second(const struct ls_attributes *a, float x) {
    return sigmoid_slope(a, sigmoid_value(a, x));
}

CURVE(softplus, LS_NEEDS_INPUTS)

/* slope x + shift */
static float line_value(const struct ls_attributes *a, float x) {
    return a->slope * x + a->shift;
}

static float line_slope(const struct ls_attributes *a, float x) {
    (void)x;
    return a->slope;
}

BENT_LINE(line)

/* slope x + shift, from 0 to 1 */
static float hard_sigmoid_value(const struct ls_attributes *a, float x) {
    const float y = a->slope * x + a->shift;
    return y < 0 ? 0 : y > 1 ? 1 : y;
}

static float hard_sigmoid_slope(const struct ls_attributes *a, float x) {
    const float y = a->slope * x + a->shift;
    return y > 0 && y < 1 ? a->slope : 0;
}

BENT_LINE(hard_sigmoid)

/* x, but slope x below 0 */
static float leaky_relu_value(const struct ls_attributes *a, float x) {
    return x > 0 ? x : a->slope * x;
}

static float leaky_relu_slope(const struct ls_attributes *a, float x) {
    return x > 0 ? 1 : a->slope;
}

BENT_LINE(leaky_relu)

/* x, at least low, and then at most high; what is not a number stays so */
static float clip_value(const struct ls_attributes *a, float x) {
    const float y = x < a->low ? a->low : x;
    return y > a->high ? a->high : y;
}

static float clip_slope(const struct ls_attributes *a, float x) {
    return x > a->low && x < a->high ? 1 : 0;
}

BENT_LINE(clip)
