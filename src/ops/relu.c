/* y = max(x, 0) */
#include "kernels/kernels.h"
#include "ops/op.h"

static void forward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const size_t at = size * (size_t)first;
    ls_kernels()->relu(size * (size_t)(last - first), call->inputs[0] + at, call->output + at);
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    const size_t at = size * (size_t)first;
    if (call->input_grads[0])
        ls_kernels()->relu_gradient(size * (size_t)(last - first), call->output + at,
                                    call->output_grad + at, call->input_grads[0] + at,
                                    call->accumulate[0]);
}

const struct ls_op ls_op_relu = {
    .name = "relu",
    .backward_needs = LS_NEEDS_OUTPUT,
    .shape = ls_first_shape,
    .forward = forward,
    .backward = backward,
};
