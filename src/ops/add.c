/* y = x0 + x1: the skip connection of a ResNet */
#include "kernels/kernels.h"
#include "ops/op.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    struct ls_shape a = node->in[0], b = node->in[1];
    if (!ls_shape_equal(a, b))
        return ls_fail(error, LS_MISMATCH, "cannot add activations of %dx%dx%d and %dx%dx%d",
                       a.height, a.width, a.channels, b.height, b.width, b.channels);
    *out = a;
    return LS_OK;
}

static void forward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const size_t at = size * (size_t)first, count = size * (size_t)(last - first);
    ls_kernels()->copy(count, call->inputs[0] + at, call->output + at, false);
    ls_kernels()->copy(count, call->inputs[1] + at, call->output + at, true);
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const size_t at = size * (size_t)first, count = size * (size_t)(last - first);
    for (int i = 0; i < 2; i++)
        if (call->input_grads[i])
            ls_kernels()->copy(count, call->output_grad + at, call->input_grads[i] + at,
                               call->accumulate[i]);
}

const struct ls_op ls_op_add = {
    .name = "add",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
