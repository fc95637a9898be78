/* y = maximum of x over windows of kernel x kernel pixels; padding never wins. Of equal pixels the
 * first in reading order gets the gradient, as in PyTorch; what is not a number wins always. */
#include "ops/pool.h"
#include <math.h>

/* y[channels] = maximum over the window of the image x. */
static void pool_window(const struct ls_node *node, struct ls_pool_window w, const float *x,
                        float *y) {
    const int channels = node->out.channels;
    for (int c = 0; c < channels; c++)
        y[c] = -INFINITY;
    for (int iy = w.top; iy < w.bottom; iy++)
        for (int ix = w.left; ix < w.right; ix++) {
            const float *pixel = x + ls_pool_offset(node, iy, ix);
            for (int c = 0; c < channels; c++)
                y[c] = pixel[c] <= y[c] || y[c] != y[c] ? y[c] : pixel[c];
        }
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    float *y = call->output + ls_shape_size(node->out) * (size_t)first;
    for (int image = first; image < last; image++) {
        const float *x = call->inputs[0] + ls_shape_size(node->in[0]) * (size_t)image;
        for (int oy = 0; oy < node->out.height; oy++)
            for (int ox = 0; ox < node->out.width; ox++, y += node->out.channels)
                pool_window(node, ls_pool_window_at(node, oy, ox), x, y);
    }
}

/* What is left of y_grad to hand out, [channels]. */
static size_t scratch_size(const struct ls_node *node, bool training) {
    (void)training;
    return (size_t)node->out.channels;
}

/* x_grad += y_grad where x is the first to equal y, over the window of one image. */
static void spread_window(const struct ls_node *node, struct ls_pool_window w, const float *x,
                          const float *y, const float *y_grad, float *left, float *x_grad) {
    const int channels = node->out.channels;
    for (int c = 0; c < channels; c++)
        left[c] = y_grad[c];
    for (int iy = w.top; iy < w.bottom; iy++)
        for (int ix = w.left; ix < w.right; ix++) {
            const size_t at = ls_pool_offset(node, iy, ix);
            for (int c = 0; c < channels; c++) {
                const bool wins = x[at + c] == y[c];
                x_grad[at + c] += wins ? left[c] : 0;
                left[c] = wins ? 0 : left[c];
            }
        }
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in_size = ls_shape_size(node->in[0]), out_size = ls_shape_size(node->out);
    if (!call->input_grads[0])
        return;
    for (int image = first; image < last; image++) {
        const float *x = call->inputs[0] + in_size * (size_t)image;
        float *x_grad = call->input_grads[0] + in_size * (size_t)image;
        size_t at = out_size * (size_t)image;
        for (size_t i = 0; i < in_size && !call->accumulate[0]; i++)
            x_grad[i] = 0;
        for (int oy = 0; oy < node->out.height; oy++)
            for (int ox = 0; ox < node->out.width; ox++, at += (size_t)node->out.channels)
                spread_window(node, ls_pool_window_at(node, oy, ox), x, call->output + at,
                              call->output_grad + at, call->scratch, x_grad);
    }
}

/* y_tangent[channels] = x_tangent where x is the first to equal y, over the window of an image. */
static void pick_window(const struct ls_node *node, struct ls_pool_window w, const float *x,
                        const float *y, const float *x_tangent, float *y_tangent) {
    for (int c = 0; c < node->out.channels; c++) {
        bool found = false;
        y_tangent[c] = 0;
        for (int iy = w.top; iy < w.bottom && !found; iy++)
            for (int ix = w.left; ix < w.right && !found; ix++) {
                const size_t at = ls_pool_offset(node, iy, ix) + c;
                found = x[at] == y[c];
                if (found)
                    y_tangent[c] = x_tangent[at];
            }
    }
}

static void tangent(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in_size = ls_shape_size(node->in[0]);
    size_t at = ls_shape_size(node->out) * (size_t)first;
    for (int image = first; image < last; image++) {
        const size_t from = in_size * (size_t)image;
        for (int oy = 0; oy < node->out.height; oy++)
            for (int ox = 0; ox < node->out.width; ox++, at += (size_t)node->out.channels)
                pick_window(node, ls_pool_window_at(node, oy, ox), call->inputs[0] + from,
                            call->output + at, call->input_tangents[0] + from,
                            call->output_tangent + at);
    }
}

const struct ls_op ls_op_maxpool = {
    .name = "maxpool",
    .backward_needs = LS_NEEDS_INPUTS | LS_NEEDS_OUTPUT,
    .shape = ls_pool_shape,
    .scratch_size = scratch_size,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
};
