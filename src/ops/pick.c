/* y = pixels of x in any order, each as often as it is asked for: of a table of biases, which has
 * one for each distance of two tokens, those of all pairs (Liu et al. 2021, equation 4) */
#include "ops/op.h"
#include <string.h>

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    enum { MOST = 1 << 24 }; /* up to which floats are all whole numbers */
    const int pixels = node->in[0].height * node->in[0].width;
    *out = (struct ls_shape){1, node->attributes.pixels, node->in[0].channels};
    if (pixels > MOST)
        return ls_fail(error, LS_MISMATCH, "cannot pick from %d pixels: %d are the most", pixels,
                       MOST);
    for (int p = 0; p < out->width; p++)
        if (!(node->attributes.given[p] >= 0 && node->attributes.given[p] < (float)pixels))
            return ls_fail(error, LS_MISMATCH, "cannot pick pixel number %g of %d",
                           (double)node->attributes.given[p], pixels);
    return out->width > 0 ? LS_OK : ls_fail(error, LS_MISMATCH, "cannot pick no pixel at all");
}

/* Where pixel p of y is in x. */
static size_t place_of(const struct ls_node *node, int p) {
    return (size_t)node->attributes.given[p] * (size_t)node->out.channels;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in = ls_shape_size(node->in[0]), channels = (size_t)node->out.channels;
    float *y = call->output + ls_shape_size(node->out) * (size_t)first;
    for (size_t image = (size_t)first; image < (size_t)last; image++)
        for (int p = 0; p < node->out.width; p++, y += channels)
            memcpy(y, call->inputs[0] + in * image + place_of(node, p), channels * sizeof *y);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in = ls_shape_size(node->in[0]), channels = (size_t)node->out.channels;
    const float *y_grad = call->output_grad + ls_shape_size(node->out) * (size_t)first;
    for (size_t image = (size_t)first; call->input_grads[0] && image < (size_t)last; image++) {
        float *x_grad = call->input_grads[0] + in * image;
        if (!call->accumulate[0])
            memset(x_grad, 0, in * sizeof *x_grad);
        for (int p = 0; p < node->out.width; p++, y_grad += channels)
            for (size_t c = 0; c < channels; c++)
                x_grad[place_of(node, p) + c] += y_grad[c];
    }
}

const struct ls_op ls_op_pick = {
    .name = "pick",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
