/* y = x f, number by number, or every pixel by the same f: what weighs channels (Hu et al. 2018,
 * squeeze and excitation) */
#include "ops/op.h"

enum { VALUES, FACTOR };

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_shape x = node->in[VALUES], f = node->in[FACTOR];
    const struct ls_shape pixel = {1, 1, x.channels};
    *out = x;
    if (ls_shape_equal(x, f) || ls_shape_equal(f, pixel))
        return LS_OK;
    return ls_fail(error, LS_MISMATCH, "cannot multiply activations of %dx%dx%d by %dx%dx%d",
                   x.height, x.width, x.channels, f.height, f.width, f.channels);
}

/* Of an image: its values, and those that share a factor as lie `factors` apart. */
struct extent {
    size_t size, factors;
};

static struct extent extent_of(const struct ls_node *node) {
    return (struct extent){ls_shape_size(node->in[VALUES]), ls_shape_size(node->in[FACTOR])};
}

/* y (= or +=) x f */
static void multiply(const struct ls_call *call, int first, int last, const float *x,
                     const float *f, bool add, float *restrict y) {
    const struct extent e = extent_of(call->node);
    for (int image = first; image < last; image++)
        for (size_t begin = 0; begin < e.size; begin += e.factors)
            for (size_t i = 0; i < e.factors; i++) {
                const size_t at = e.size * (size_t)image + begin + i;
                const float product = x[at] * f[e.factors * (size_t)image + i];
                y[at] = add ? y[at] + product : product;
            }
}

/* f_grad (= or +=) the sum of g x over all values of a factor */
static void reduce(const struct ls_call *call, int first, int last, const float *g, const float *x,
                   bool add, float *restrict f_grad) {
    const struct extent e = extent_of(call->node);
    for (int image = first; image < last; image++)
        for (size_t begin = 0; begin < e.size; begin += e.factors)
            for (size_t i = 0; i < e.factors; i++) {
                const size_t at = e.size * (size_t)image + begin + i;
                float *sum = &f_grad[e.factors * (size_t)image + i];
                *sum = add || begin > 0 ? *sum + g[at] * x[at] : g[at] * x[at];
            }
}

static void forward(const struct ls_call *call, int first, int last) {
    multiply(call, first, last, call->inputs[VALUES], call->inputs[FACTOR], false, call->output);
}

static void backward(const struct ls_call *call, int first, int last) {
    float *const *grads = call->input_grads;
    if (grads[VALUES])
        multiply(call, first, last, call->output_grad, call->inputs[FACTOR],
                 call->accumulate[VALUES], grads[VALUES]);
    if (grads[FACTOR])
        reduce(call, first, last, call->output_grad, call->inputs[VALUES], call->accumulate[FACTOR],
               grads[FACTOR]);
}

static void tangent(const struct ls_call *call, int first, int last) {
    const float *const *change = call->input_tangents;
    multiply(call, first, last, change[VALUES], call->inputs[FACTOR], false, call->output_tangent);
    multiply(call, first, last, call->inputs[VALUES], change[FACTOR], true, call->output_tangent);
}

static void backward_tangent(const struct ls_call *call, int first, int last) {
    const float *g = call->output_grad, *dg = call->output_grad_tangent;
    const float *const *change = call->input_tangents;
    float *const *grads = call->input_grad_tangents;
    if (grads[VALUES]) {
        multiply(call, first, last, dg, call->inputs[FACTOR], call->accumulate[VALUES],
                 grads[VALUES]);
        multiply(call, first, last, g, change[FACTOR], true, grads[VALUES]);
    }
    if (grads[FACTOR]) {
        reduce(call, first, last, dg, call->inputs[VALUES], call->accumulate[FACTOR],
               grads[FACTOR]);
        reduce(call, first, last, g, change[VALUES], true, grads[FACTOR]);
    }
}

const struct ls_op ls_op_multiply = {
    .name = "multiply",
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
    .backward_tangent = backward_tangent,
};
