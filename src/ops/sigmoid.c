/* y = 1 / (1 + exp(-x)) */
#include "ops/op.h"
#include <math.h>

static void forward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++)
        call->output[i] = 1 / (1 + expf(-call->inputs[0][i]));
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    float *x_grad = call->input_grads[0];
    if (!x_grad)
        return;
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++) {
        const float y = call->output[i], gradient = call->output_grad[i] * y * (1 - y);
        x_grad[i] = call->accumulate[0] ? x_grad[i] + gradient : gradient;
    }
}

static void tangent(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++)
        call->output_tangent[i] =
            call->input_tangents[0][i] * call->output[i] * (1 - call->output[i]);
}

/* The derivative y (1 - y) changes by (1 - 2 y) dy. */
static void backward_tangent(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    float *x_grad = call->input_grad_tangents[0];
    if (!x_grad)
        return;
    for (size_t i = size * (size_t)first; i < size * (size_t)last; i++) {
        const float y = call->output[i];
        const float change = call->output_grad_tangent[i] * y * (1 - y) +
                             call->output_grad[i] * (1 - 2 * y) * call->output_tangent[i];
        x_grad[i] = call->accumulate[0] ? x_grad[i] + change : change;
    }
}

const struct ls_op ls_op_sigmoid = {
    .name = "sigmoid",
    .backward_needs = LS_NEEDS_OUTPUT,
    .shape = ls_first_shape,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
    .backward_tangent = backward_tangent,
};
