/* y = x0 + x1: the skip connection of a ResNet */
#include "ops/loops.h"
#include <string.h>

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
    const struct ls_elementwise *loops = ls_loops(call->node);
    const size_t size = ls_shape_size(call->node->out), at = size * (size_t)first;
    loops->add(size * (size_t)(last - first), ls_value(loops, call->inputs[0], at),
               ls_value(loops, call->inputs[1], at), ls_value(loops, call->output, at));
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_elementwise *loops = ls_loops(call->node);
    const size_t size = ls_shape_size(call->node->out), at = size * (size_t)first;
    const size_t count = size * (size_t)(last - first);
    const void *y_grad = ls_value(loops, call->output_grad, at);
    for (int i = 0; i < 2; i++) {
        void *x_grad = ls_value(loops, call->input_grads[i], at);
        if (x_grad && call->accumulate[i])
            loops->add(count, x_grad, y_grad, x_grad);
        else if (x_grad)
            memcpy(x_grad, y_grad, count * loops->bytes);
    }
}

const struct ls_op ls_op_add = {
    .name = "add",
    .takes_bfloats = true,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
