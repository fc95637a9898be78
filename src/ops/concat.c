/* y = the channels of x0, then those of x1, ...: the skip connection of a DenseNet or a U-Net */
#include "ops/channels.h"
#include "ops/op.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    *out = node->in[0];
    for (int i = 1; i < node->input_count; i++) {
        const struct ls_shape a = node->in[0], b = node->in[i];
        if (a.height != b.height || a.width != b.width)
            return ls_fail(error, LS_MISMATCH,
                           "cannot join the channels of activations of %dx%d and %dx%d pixels",
                           a.height, a.width, b.height, b.width);
        out->channels += b.channels;
    }
    return LS_OK;
}

static size_t pixels_of(const struct ls_node *node) {
    return (size_t)node->out.height * (size_t)node->out.width;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t channels = (size_t)node->out.channels, pixels = pixels_of(node);
    const size_t at = pixels * (size_t)first, count = pixels * (size_t)(last - first);
    float *y = call->output + at * channels;
    for (int i = 0; i < node->input_count; i++) {
        const size_t part = (size_t)node->in[i].channels;
        ls_move_channels(count, part, call->inputs[i] + at * part, part, false, y, channels);
        y += part;
    }
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t channels = (size_t)node->out.channels, pixels = pixels_of(node);
    const size_t at = pixels * (size_t)first, count = pixels * (size_t)(last - first);
    const float *y_grad = call->output_grad + at * channels;
    for (int i = 0; i < node->input_count; i++) {
        const size_t part = (size_t)node->in[i].channels;
        if (call->input_grads[i])
            ls_move_channels(count, part, y_grad, channels, call->accumulate[i],
                             call->input_grads[i] + at * part, part);
        y_grad += part;
    }
}

const struct ls_op ls_op_concat = {
    .name = "concat",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
