/* y = t h + (1 - t) x: how much of the transform h passes, and how much of x is carried (Srivastava
 * et al. 2015, equation 3) */
#include "ops/op.h"

enum { GATE, TRANSFORM, CARRY };

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    *out = node->in[GATE];
    for (int i = TRANSFORM; i <= CARRY; i++) {
        const struct ls_shape in = node->in[i];
        if (!ls_shape_equal(in, *out))
            return ls_fail(error, LS_MISMATCH,
                           "a gate of %dx%dx%d cannot pass activations of %dx%dx%d", out->height,
                           out->width, out->channels, in.height, in.width, in.channels);
    }
    return LS_OK;
}

static void forward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const float *t = call->inputs[GATE], *h = call->inputs[TRANSFORM], *x = call->inputs[CARRY];
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++)
        call->output[i] = t[i] * h[i] + (1 - t[i]) * x[i];
}

/* grads[input][i] (= or +=) value, if somebody asks for it. */
static void give(const struct ls_call *call, float *const *grads, int input, size_t i,
                 float value) {
    float *grad = grads[input];
    if (grad)
        grad[i] = call->accumulate[input] ? grad[i] + value : value;
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const float *t = call->inputs[GATE], *h = call->inputs[TRANSFORM], *x = call->inputs[CARRY];
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++) {
        const float g = call->output_grad[i];
        give(call, call->input_grads, GATE, i, g * (h[i] - x[i]));
        give(call, call->input_grads, TRANSFORM, i, g * t[i]);
        give(call, call->input_grads, CARRY, i, g * (1 - t[i]));
    }
}

static void tangent(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const float *t = call->inputs[GATE], *h = call->inputs[TRANSFORM], *x = call->inputs[CARRY];
    const float *const *change = call->input_tangents;
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++)
        call->output_tangent[i] = change[GATE][i] * (h[i] - x[i]) + t[i] * change[TRANSFORM][i] +
                                  (1 - t[i]) * change[CARRY][i];
}

static void backward_tangent(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const float *t = call->inputs[GATE], *h = call->inputs[TRANSFORM], *x = call->inputs[CARRY];
    const float *const *change = call->input_tangents;
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++) {
        const float g = call->output_grad[i], dg = call->output_grad_tangent[i];
        give(call, call->input_grad_tangents, GATE, i,
             dg * (h[i] - x[i]) + g * (change[TRANSFORM][i] - change[CARRY][i]));
        give(call, call->input_grad_tangents, TRANSFORM, i, dg * t[i] + g * change[GATE][i]);
        give(call, call->input_grad_tangents, CARRY, i, dg * (1 - t[i]) - g * change[GATE][i]);
    }
}

const struct ls_op ls_op_gate = {
    .name = "gate",
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
    .backward_tangent = backward_tangent,
};
