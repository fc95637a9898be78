/* y = channels of x in any order: queries, keys or values of all heads, where those of a head stand
 * side by side */
#include "ops/op.h"
#include <string.h>

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_shape in = node->in[0];
    *out = (struct ls_shape){in.height, in.width, node->attributes.channels};
    for (int c = 0; c < out->channels; c++)
        if (!(node->attributes.given[c] >= 0 && node->attributes.given[c] < (float)in.channels))
            return ls_fail(error, LS_MISMATCH, "cannot pick channel number %g of %d",
                           (double)node->attributes.given[c], in.channels);
    return out->channels > 0 ? LS_OK : ls_fail(error, LS_MISMATCH, "cannot pick no channel at all");
}

/* Where channel c of y is in x. */
static size_t place_of(const struct ls_node *node, size_t c) {
    return (size_t)node->attributes.given[c];
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_span y = ls_span_of(node, first, last);
    const size_t in = (size_t)node->in[0].channels, out = (size_t)node->out.channels;
    const float *x = call->inputs[0] + ls_shape_size(node->in[0]) * (size_t)first;
    for (size_t p = 0; p < y.pixels; p++, x += in)
        for (size_t c = 0; c < out; c++)
            call->output[y.at + p * out + c] = x[place_of(node, c)];
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_span y = ls_span_of(node, first, last);
    const size_t in = (size_t)node->in[0].channels, out = (size_t)node->out.channels;
    if (!call->input_grads[0])
        return;
    float *x_grad = call->input_grads[0] + ls_shape_size(node->in[0]) * (size_t)first;
    if (!call->accumulate[0])
        memset(x_grad, 0, y.pixels * in * sizeof *x_grad);
    for (size_t p = 0; p < y.pixels; p++, x_grad += in)
        for (size_t c = 0; c < out; c++)
            x_grad[place_of(node, c)] += call->output_grad[y.at + p * out + c];
}

const struct ls_op ls_op_pick_channels = {
    .name = "pick channels",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
