/* y = some channels of x that follow one another */
#include "ops/channels.h"
#include "ops/op.h"
#include <string.h>

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_attributes *a = &node->attributes;
    *out = node->in[0];
    out->channels = a->channels;
    if (a->begin >= 0 && a->channels > 0 && a->channels <= node->in[0].channels - a->begin)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH, "cannot take %d channels of %d from number %d on",
                   a->channels, node->in[0].channels, a->begin);
}

static size_t pixels_of(const struct ls_node *node) {
    return (size_t)node->out.height * (size_t)node->out.width;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in = (size_t)node->in[0].channels, out = (size_t)node->out.channels;
    const size_t at = pixels_of(node) * (size_t)first;
    ls_move_channels(pixels_of(node) * (size_t)(last - first), out,
                     call->inputs[0] + at * in + node->attributes.begin, in, false,
                     call->output + at * out, out);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in = (size_t)node->in[0].channels, out = (size_t)node->out.channels;
    const size_t at = pixels_of(node) * (size_t)first;
    const size_t pixels = pixels_of(node) * (size_t)(last - first);
    if (!call->input_grads[0])
        return;
    float *x_grad = call->input_grads[0] + at * in;
    if (!call->accumulate[0])
        memset(x_grad, 0, pixels * in * sizeof *x_grad);
    ls_move_channels(pixels, out, call->output_grad + at * out, out, call->accumulate[0],
                     x_grad + node->attributes.begin, in);
}

const struct ls_op ls_op_slice = {
    .name = "slice",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
