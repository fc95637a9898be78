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

/* grad[i] (= or +=) value; one of call's input gradients, if somebody asks for it. */
static void give(const struct ls_call *call, int input, size_t i, float value) {
    float *grad = call->input_grads[input];
    if (grad)
        grad[i] = call->accumulate[input] ? grad[i] + value : value;
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const float *t = call->inputs[GATE], *h = call->inputs[TRANSFORM], *x = call->inputs[CARRY];
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++) {
        const float g = call->output_grad[i];
        give(call, GATE, i, g * (h[i] - x[i]));
        give(call, TRANSFORM, i, g * t[i]);
        give(call, CARRY, i, g * (1 - t[i]));
    }
}

const struct ls_op ls_op_gate = {
    .name = "gate",
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
