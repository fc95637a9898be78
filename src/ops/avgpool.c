/* y = mean of x over windows of kernel x kernel pixels, without padding; a kernel of 0 is the whole
 * image */
#include "ops/op.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const int kernel = node->attributes.kernel, stride = node->attributes.stride;
    struct ls_shape in = node->in[0];
    if (kernel == 0) {
        *out = (struct ls_shape){1, 1, in.channels};
        return LS_OK;
    }
    if (kernel < 1 || stride < 1 || in.height < kernel || in.width < kernel)
        return ls_fail(error, LS_MISMATCH, "cannot pool %dx%d pixels by %d with stride %d",
                       in.height, in.width, kernel, stride);
    *out = (struct ls_shape){(in.height - kernel) / stride + 1, (in.width - kernel) / stride + 1,
                             in.channels};
    return LS_OK;
}

/* A window's height and width. */
static int height_of(const struct ls_node *node) {
    return node->attributes.kernel ? node->attributes.kernel : node->in[0].height;
}

static int width_of(const struct ls_node *node) {
    return node->attributes.kernel ? node->attributes.kernel : node->in[0].width;
}

/* y[channels] = mean of the window whose corner is x. */
static void pool_window(const struct ls_node *node, const float *x, float *y) {
    const int height = height_of(node), width = width_of(node), channels = node->out.channels;
    const float scale = 1.0F / ((float)height * (float)width);
    for (int c = 0; c < channels; c++)
        y[c] = 0;
    for (int ky = 0; ky < height; ky++)
        for (int kx = 0; kx < width; kx++) {
            const float *pixel = x + ((size_t)ky * node->in[0].width + kx) * channels;
            for (int c = 0; c < channels; c++)
                y[c] += pixel[c];
        }
    for (int c = 0; c < channels; c++)
        y[c] *= scale;
}

/* The offset in floats of the window that output pixel (oy, ox) looks at. */
static size_t window_offset(const struct ls_node *node, int oy, int ox) {
    const int stride = node->attributes.stride;
    return ((size_t)oy * stride * node->in[0].width + (size_t)ox * stride) * node->out.channels;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in_size = ls_shape_size(node->in[0]);
    float *y = call->output + ls_shape_size(node->out) * (size_t)first;
    for (int image = first; image < last; image++)
        for (int oy = 0; oy < node->out.height; oy++)
            for (int ox = 0; ox < node->out.width; ox++, y += node->out.channels)
                pool_window(node,
                            call->inputs[0] + in_size * (size_t)image + window_offset(node, oy, ox),
                            y);
}

/* x_grad += y_grad / pixels over one window. */
static void spread_window(const struct ls_node *node, const float *y_grad, float *x_grad) {
    const int height = height_of(node), width = width_of(node), channels = node->out.channels;
    const float scale = 1.0F / ((float)height * (float)width);
    for (int ky = 0; ky < height; ky++)
        for (int kx = 0; kx < width; kx++) {
            float *pixel = x_grad + ((size_t)ky * node->in[0].width + kx) * channels;
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
                spread_window(node, y_grad, x_grad + window_offset(node, oy, ox));
    }
}

const struct ls_op ls_op_avgpool = {
    .name = "avgpool",
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
