/* y = max(x, 0) */
#include "ops/loops.h"

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_elementwise *loops = ls_loops(call->node);
    const size_t size = ls_shape_size(call->node->out), at = size * (size_t)first;
    loops->relu(size * (size_t)(last - first), ls_value(loops, call->inputs[0], at),
                ls_value(loops, call->output, at));
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_elementwise *loops = ls_loops(call->node);
    const size_t size = ls_shape_size(call->node->out), at = size * (size_t)first;
    if (call->input_grads[0])
        loops->relu_gradient(size * (size_t)(last - first), ls_value(loops, call->output, at),
                             ls_value(loops, call->output_grad, at),
                             ls_value(loops, call->input_grads[0], at), call->accumulate[0]);
}

/* Values pass or do not, forward as backward. */
static void tangent(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out), at = size * (size_t)first;
    ls_kernels()->floats->relu_gradient(size * (size_t)(last - first), call->output + at,
                                        call->input_tangents[0] + at, call->output_tangent + at,
                                        false);
}

const struct ls_op ls_op_relu = {
    .name = "relu",
    .backward_needs = LS_NEEDS_OUTPUT,
    .takes_bfloats = true,
    .shape = ls_first_shape,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
};
