/* y = the only pixel of x as many times as there are pixels: what is learned for all of them alike
 */
#include "kernels/kernels.h"
#include "ops/op.h"
#include <string.h>

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_shape in = node->in[0];
    *out = (struct ls_shape){1, node->attributes.pixels, in.channels};
    return in.height == 1 && in.width == 1 && out->width > 0
               ? LS_OK
               : ls_fail(error, LS_MISMATCH, "cannot spread %d x %d pixels over %d", in.height,
                         in.width, out->width);
}

static void forward(const struct ls_call *call, int first, int last) {
    const size_t channels = (size_t)call->node->out.channels,
                 pixels = (size_t)call->node->out.width;
    for (size_t p = pixels * (size_t)first; p < pixels * (size_t)last; p++)
        memcpy(call->output + p * channels, call->inputs[0] + p / pixels * channels,
               channels * sizeof *call->output);
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t channels = (size_t)call->node->out.channels,
                 pixels = (size_t)call->node->out.width;
    float *x_grad = call->input_grads[0];
    for (size_t i = (size_t)first; x_grad && i < (size_t)last; i++) {
        const float *y_grad = call->output_grad + i * pixels * channels;
        float *to = x_grad + i * channels;
        if (!call->accumulate[0])
            memset(to, 0, channels * sizeof *to);
        for (size_t p = 0; p < pixels; p++)
            ls_kernels()->floats->add(channels, to, y_grad + p * channels, to);
    }
}

const struct ls_op ls_op_spread = {
    .name = "spread",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
