/* y = x with pixels and channels exchanged, so that what follows mixes tokens where it mixed
 * channels (Tolstikhin et al. 2021, equation 1) */
#include "ops/channels.h"

static int pixels_of(struct ls_shape shape) {
    return shape.height * shape.width;
}

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_shape in = node->in[0];
    (void)error;
    *out = (struct ls_shape){1, in.channels, pixels_of(in)};
    return LS_OK;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_shape in = call->node->in[0];
    const size_t at = ls_shape_size(in) * (size_t)first;
    ls_transpose((size_t)(last - first), pixels_of(in), in.channels, call->inputs[0] + at, false,
                 call->output + at);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_shape in = call->node->in[0];
    const size_t at = ls_shape_size(in) * (size_t)first;
    if (call->input_grads[0])
        ls_transpose((size_t)(last - first), in.channels, pixels_of(in), call->output_grad + at,
                     call->accumulate[0], call->input_grads[0] + at);
}

const struct ls_op ls_op_transpose = {
    .name = "transpose",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
