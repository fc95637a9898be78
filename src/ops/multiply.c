/* y = x f, number by number, or every pixel by the same f: what weighs channels (Hu et al. 2018,
 * squeeze and excitation) */
#include "kernels/kernels.h"
#include "ops/op.h"
#include <string.h>

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

/* An image, as the kernels see it: so many pixels that share a row of factors. */
struct extent {
    int pixels;
    size_t size, factors;
};

static struct extent extent_of(const struct ls_node *node) {
    const size_t size = ls_shape_size(node->in[VALUES]);
    const size_t factors = ls_shape_size(node->in[FACTOR]);
    return (struct extent){(int)(size / factors), size, factors};
}

/* y (= or +=) x f */
static void multiply(const struct ls_call *call, int first, int last, const float *x,
                     const float *f, bool add, float *y) {
    const struct extent e = extent_of(call->node);
    for (int image = first; image < last; image++) {
        float *to = y + e.size * (size_t)image;
        if (!add)
            memset(to, 0, e.size * sizeof *to);
        ls_kernels()->scale_add(e.pixels, e.factors, x + e.size * (size_t)image, e.factors,
                                f + e.factors * (size_t)image, to, e.factors);
    }
}

/* f_grad (= or +=) the sum of g x over all values of a factor */
static void reduce(const struct ls_call *call, int first, int last, const float *g, const float *x,
                   bool add, float *f_grad) {
    const struct extent e = extent_of(call->node);
    for (int image = first; image < last; image++) {
        float *sum = f_grad + e.factors * (size_t)image;
        if (!add)
            memset(sum, 0, e.factors * sizeof *sum);
        ls_kernels()->products_add(e.pixels, e.factors, g + e.size * (size_t)image, e.factors,
                                   x + e.size * (size_t)image, e.factors, sum);
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
