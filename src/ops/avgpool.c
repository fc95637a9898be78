/* y = mean of x over windows of kernel x kernel pixels, of which those in the padding are 0 or,
 * unless padding_counts, none; a kernel of 0 is the whole image */
#include "kernels/kernels.h"
#include "ops/pool.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    if (node->attributes.kernel)
        return ls_pool_shape(node, out, error);
    *out = (struct ls_shape){1, 1, node->in[0].channels};
    return LS_OK;
}

static struct ls_pool_window window_at(const struct ls_node *node, int oy, int ox) {
    const struct ls_shape in = node->in[0];
    if (node->attributes.kernel)
        return ls_pool_window_at(node, oy, ox);
    return (struct ls_pool_window){0, in.height, 0, in.width, in.height * in.width};
}

/* One by how many pixels the mean is of. */
static float scale_of(const struct ls_node *node, struct ls_pool_window w) {
    const int seen = (w.bottom - w.top) * (w.right - w.left);
    return 1.0F / (float)(node->attributes.padding_counts ? w.padded : seen);
}

/* y[channels] += the sum over a window of the image x. */
static void add_pixels(const struct ls_node *node, struct ls_pool_window w, const float *x,
                       float *y) {
    for (int iy = w.top; iy < w.bottom; iy++)
        for (int ix = w.left; ix < w.right; ix++) {
            const float *pixel = x + ls_pool_offset(node, iy, ix);
            for (int c = 0; c < node->out.channels; c++)
                y[c] += pixel[c];
        }
}

/* y[channels] = mean over a window of the image x. */
static void pool_window(const struct ls_node *node, struct ls_pool_window w, const float *x,
                        float *y) {
    const int channels = node->out.channels, width = w.right - w.left;
    const float scale = scale_of(node, w);
    for (int c = 0; c < channels; c++)
        y[c] = 0;
    if (width == node->in[0].width) /* the window is one row of pixels */
        ls_kernels()->sum_parts((size_t)channels, x + ls_pool_offset(node, w.top, 0),
                                (w.bottom - w.top) * width, (size_t)channels, y);
    else
        add_pixels(node, w, x, y);
    for (int c = 0; c < channels; c++)
        y[c] *= scale;
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

/* x_grad += y_grad / pixels over a window of one image. */
static void spread_window(const struct ls_node *node, struct ls_pool_window w, const float *y_grad,
                          float *x_grad) {
    const int channels = node->out.channels;
    const float scale = scale_of(node, w);
    for (int iy = w.top; iy < w.bottom; iy++)
        for (int ix = w.left; ix < w.right; ix++) {
            float *pixel = x_grad + ls_pool_offset(node, iy, ix);
            for (int c = 0; c < channels; c++)
                pixel[c] += y_grad[c] * scale;
        }
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in_size = ls_shape_size(node->in[0]), out_size = ls_shape_size(node->out);
    if (!call->input_grads[0])
        return;
    for (int image = first; image < last; image++) {
        const float *y_grad = call->output_grad + out_size * (size_t)image;
        float *x_grad = call->input_grads[0] + in_size * (size_t)image;
        if (!call->accumulate[0])
            for (size_t i = 0; i < in_size; i++)
                x_grad[i] = 0;
        for (int oy = 0; oy < node->out.height; oy++)
            for (int ox = 0; ox < node->out.width; ox++, y_grad += node->out.channels)
                spread_window(node, window_at(node, oy, ox), y_grad, x_grad);
    }
}

const struct ls_op ls_op_avgpool = {
    .name = "avgpool",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
