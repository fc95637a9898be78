/* y = the channels of x in another order: the first of each group, then the second of each, ...
 * (Zhang et al. 2018, section 3.1) */
#include "ops/channels.h"

static void run(const struct ls_node *node, int first, int last, int rows, const float *from,
                bool add, float *to) {
    const size_t pixels = (size_t)node->out.height * (size_t)node->out.width;
    const size_t at = ls_shape_size(node->out) * (size_t)first;
    ls_transpose(pixels * (size_t)(last - first), rows, node->out.channels / rows, from + at, add,
                 to + at);
}

static void forward(const struct ls_call *call, int first, int last) {
    run(call->node, first, last, call->node->attributes.groups, call->inputs[0], false,
        call->output);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    if (call->input_grads[0])
        run(node, first, last, node->out.channels / node->attributes.groups, call->output_grad,
            call->accumulate[0], call->input_grads[0]);
}

const struct ls_op ls_op_shuffle = {
    .name = "shuffle",
    .shape = ls_grouped_shape,
    .forward = forward,
    .backward = backward,
};
