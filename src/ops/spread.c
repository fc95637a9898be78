/* y = the only pixel of x as many times as there are pixels: what is learned for all of them alike;
 * or its only number for all channels, too */
#include "kernels/kernels.h"
#include "ops/op.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_attributes *a = &node->attributes;
    const struct ls_shape in = node->in[0];
    const int rows = a->rows > 1 ? a->rows : 1;
    *out = (struct ls_shape){rows, a->pixels / rows, a->channels};
    return in.height == 1 && in.width == 1 && (in.channels == 1 || in.channels == a->channels) &&
                   a->channels > 0 && a->pixels > 0 && a->pixels % rows == 0
               ? LS_OK
               : ls_fail(error, LS_MISMATCH,
                         "cannot spread %d x %d pixels of %d channels over %d of %d in %d rows",
                         in.height, in.width, in.channels, a->pixels, a->channels, rows);
}

static void forward(const struct ls_call *call, int first, int last) {
    const size_t channels = (size_t)call->node->out.channels,
                 pixels = (size_t)call->node->attributes.pixels;
    const size_t in = (size_t)call->node->in[0].channels;
    for (size_t p = pixels * (size_t)first; p < pixels * (size_t)last; p++) {
        const float *x = call->inputs[0] + p / pixels * in;
        float *y = call->output + p * channels;
        for (size_t c = 0; c < channels; c++)
            y[c] = x[in > 1 ? c : 0];
    }
}

/* A sum over the pixels. */
static size_t scratch_size(const struct ls_node *node, bool training) {
    (void)training;
    return (size_t)node->out.channels;
}

/* x_grad (= or +=) the sum of all pixels' y_grad, of all channels', too, if they are one number. */
static void add_pixels(const struct ls_call *call, const float *y_grad, float *x_grad) {
    const size_t in = (size_t)call->node->in[0].channels, out = (size_t)call->node->out.channels;
    float *sum = call->scratch;
    ls_kernels()->sum_parts(out, y_grad, call->node->attributes.pixels, out, sum);
    for (size_t c = in; c < out; c++)
        sum[0] += sum[c];
    for (size_t c = 0; c < in; c++)
        x_grad[c] = call->accumulate[0] ? x_grad[c] + sum[c] : sum[c];
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t in = (size_t)call->node->in[0].channels, out = ls_shape_size(call->node->out);
    float *x_grad = call->input_grads[0];
    for (size_t i = (size_t)first; x_grad && i < (size_t)last; i++)
        add_pixels(call, call->output_grad + i * out, x_grad + i * in);
}

const struct ls_op ls_op_spread = {
    .name = "spread",
    .shape = shape,
    .scratch_size = scratch_size,
    .forward = forward,
    .backward = backward,
};
