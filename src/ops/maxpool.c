/* y = maximum of x over windows of kernel x kernel pixels; padding never wins. Of equal pixels the
 * first in reading order gets the gradient, as in PyTorch; what is not a number wins always. */
#include "ops/op.h"
#include <math.h>

/* How many windows there are along `size` pixels; none begins in the padding behind them. */
static int windows(const struct ls_attributes *a, int size) {
    const int left = size + 2 * a->padding - a->kernel;
    const int count = left / a->stride + 1;
    const bool more = a->round_up && left % a->stride && count * a->stride < size + a->padding;
    return more ? count + 1 : count;
}

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_attributes window = node->attributes;
    const struct ls_shape in = node->in[0];
    const int height = in.height + 2 * window.padding - window.kernel;
    const int width = in.width + 2 * window.padding - window.kernel;
    if (window.kernel < 1 || window.stride < 1 || window.padding < 0 ||
        2 * window.padding > window.kernel || height < 0 || width < 0)
        return ls_fail(error, LS_MISMATCH,
                       "cannot pool %dx%d pixels with kernel %d, stride %d, padding %d", in.height,
                       in.width, window.kernel, window.stride, window.padding);
    *out = (struct ls_shape){windows(&window, in.height), windows(&window, in.width), in.channels};
    return LS_OK;
}

/* The part of an output pixel's window that lies on the image: [top, bottom) x [left, right). */
struct window {
    int top, bottom, left, right;
};

static struct window window_at(const struct ls_node *node, int oy, int ox) {
    const struct ls_attributes *a = &node->attributes;
    const int top = oy * a->stride - a->padding, left = ox * a->stride - a->padding;
    struct window w = {top, top + a->kernel, left, left + a->kernel};
    w.top = w.top < 0 ? 0 : w.top;
    w.left = w.left < 0 ? 0 : w.left;
    w.bottom = w.bottom > node->in[0].height ? node->in[0].height : w.bottom;
    w.right = w.right > node->in[0].width ? node->in[0].width : w.right;
    return w;
}

static size_t pixel_offset(const struct ls_node *node, int y, int x) {
    return ((size_t)y * (size_t)node->in[0].width + (size_t)x) * (size_t)node->in[0].channels;
}

/* y[channels] = maximum over the window of the image x. */
static void pool_window(const struct ls_node *node, struct window w, const float *x, float *y) {
    const int channels = node->out.channels;
    for (int c = 0; c < channels; c++)
        y[c] = -INFINITY;
    for (int iy = w.top; iy < w.bottom; iy++)
        for (int ix = w.left; ix < w.right; ix++) {
            const float *pixel = x + pixel_offset(node, iy, ix);
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
                pool_window(node, window_at(node, oy, ox), x, y);
    }
}

/* What is left of y_grad to hand out, [channels]. */
static size_t scratch_size(const struct ls_node *node, bool training) {
    (void)training;
    return (size_t)node->out.channels;
}

/* x_grad += y_grad where x is the first to equal y, over the window of one image. */
static void spread_window(const struct ls_node *node, struct window w, const float *x,
                          const float *y, const float *y_grad, float *left, float *x_grad) {
    const int channels = node->out.channels;
    for (int c = 0; c < channels; c++)
        left[c] = y_grad[c];
    for (int iy = w.top; iy < w.bottom; iy++)
        for (int ix = w.left; ix < w.right; ix++) {
            const size_t at = pixel_offset(node, iy, ix);
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
                spread_window(node, window_at(node, oy, ox), x, call->output + at,
                              call->output_grad + at, call->scratch, x_grad);
    }
}

/* y_tangent[channels] = x_tangent where x is the first to equal y, over the window of an image. */
static void pick_window(const struct ls_node *node, struct window w, const float *x, const float *y,
                        const float *x_tangent, float *y_tangent) {
    for (int c = 0; c < node->out.channels; c++) {
        bool found = false;
        y_tangent[c] = 0;
        for (int iy = w.top; iy < w.bottom && !found; iy++)
            for (int ix = w.left; ix < w.right && !found; ix++) {
                const size_t at = pixel_offset(node, iy, ix) + c;
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
                pick_window(node, window_at(node, oy, ox), call->inputs[0] + from,
                            call->output + at, call->input_tangents[0] + from,
                            call->output_tangent + at);
    }
}

const struct ls_op ls_op_maxpool = {
    .name = "maxpool",
    .backward_needs = LS_NEEDS_INPUTS | LS_NEEDS_OUTPUT,
    .shape = shape,
    .scratch_size = scratch_size,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
};
