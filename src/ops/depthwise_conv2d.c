/* Convolution of every channel by itself (depthwise; Howard et al. 2017, section 3.1): as many
 * groups as channels, in and out. A position of the window is done at a time, a row of pixels that
 * it meets after the other. */
#include "base/alloc.h"
#include "kernels/kernels.h"
#include "ops/conv2d.h"
#include "ops/fold.h"

/* The pixels of an output row that a position of the window takes from the image, and where the
 * first of them, in and out, are: floats into an image. */
struct run {
    int pixels;
    size_t x, y;
};

static struct run run_at(const struct ls_node *node, const struct ls_window *w, int row, int tap) {
    const int y = row * w->stride[0] + tap / w->kernel[1] * w->dilation[0] - w->padding[0];
    const int x = tap % w->kernel[1] * w->dilation[1] - w->padding[1], stride = w->stride[1];
    const int width = node->in[0].width, channels = node->out.channels;
    struct run run = {0};
    if (y < 0 || y >= node->in[0].height || x >= width)
        return run;
    const int begin = x < 0 ? (-x + stride - 1) / stride : 0;
    int end = (width - 1 - x) / stride + 1;
    end = end < node->out.width ? end : node->out.width;
    run.pixels = end > begin ? end - begin : 0;
    run.x = ((size_t)y * (size_t)width + (size_t)(begin * stride + x)) * (size_t)channels;
    run.y = ((size_t)row * (size_t)node->out.width + (size_t)begin) * (size_t)channels;
    return run;
}

/* packed = weights [taps][channels], then what is added [channels]; as floats in mixed precision,
 * too, in which nothing is gained by rounding them */
static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const size_t taps = ls_conv2d_taps(node), channels = (size_t)node->out.channels;
    (void)training;
    for (size_t c = 0; c < channels; c++) {
        const struct ls_fold fold = ls_fold(node, values, (int)c);
        for (size_t tap = 0; tap < taps; tap++)
            packed[tap * channels + c] = (float)(fold.scale * (double)values[0][c * taps + tap]);
        packed[ls_conv2d_shift_offset(node) + c] = (float)fold.shift;
    }
}

static void forward_image(const struct ls_call *call, const float *x, float *y) {
    const struct ls_node *node = call->node;
    const struct ls_window window = ls_conv2d_window(node);
    const size_t channels = (size_t)node->out.channels, size = ls_shape_size(node->out);
    const size_t step = channels * (size_t)window.stride[1];
    const int taps = (int)ls_conv2d_taps(node);
    for (size_t i = 0; i < size; i++)
        y[i] = 0;
    for (int row = 0; row < node->out.height; row++)
        for (int tap = 0; tap < taps; tap++) {
            const struct run run = run_at(node, &window, row, tap);
            ls_kernels()->scale_add(run.pixels, channels, x + run.x, step,
                                    call->packed + (size_t)tap * channels, y + run.y, channels);
        }
}

static void forward(const struct ls_call *call, int first, int last) {
    const size_t in = ls_shape_size(call->node->in[0]), out = ls_shape_size(call->node->out);
    for (int image = first; image < last; image++)
        forward_image(call, call->inputs[0] + in * (size_t)image,
                      call->output + out * (size_t)image);
    ls_conv2d_finish(call, first, last, call->packed + ls_conv2d_shift_offset(call->node));
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_node *node = call->node;
    const struct ls_window window = ls_conv2d_window(node);
    const size_t channels = (size_t)node->out.channels;
    const size_t step = channels * (size_t)window.stride[1];
    const int taps = (int)ls_conv2d_taps(node);
    float *grad = partial;
    for (size_t i = 0; i < (size_t)taps * channels; i++)
        grad[i] = 0;
    for (int image = first; image < last; image++) {
        const float *x = call->inputs[0] + ls_shape_size(node->in[0]) * (size_t)image;
        const float *y_grad = call->output_grad + ls_shape_size(node->out) * (size_t)image;
        for (int row = 0; row < node->out.height; row++)
            for (int tap = 0; tap < taps; tap++) {
                const struct run run = run_at(node, &window, row, tap);
                ls_kernels()->products_add(run.pixels, channels, x + run.x, step, y_grad + run.y,
                                           channels, grad + (size_t)tap * channels);
            }
    }
    ls_conv2d_bias_grad(call, first, last, grad);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_window window = ls_conv2d_window(node);
    const size_t channels = (size_t)node->out.channels, in = ls_shape_size(node->in[0]);
    const size_t step = channels * (size_t)window.stride[1];
    const int taps = (int)ls_conv2d_taps(node);
    for (int image = first; call->input_grads[0] && image < last; image++) {
        const float *y_grad = call->output_grad + ls_shape_size(node->out) * (size_t)image;
        float *x_grad = call->input_grads[0] + in * (size_t)image;
        for (size_t i = 0; !call->accumulate[0] && i < in; i++)
            x_grad[i] = 0;
        for (int row = 0; row < node->out.height; row++)
            for (int tap = 0; tap < taps; tap++) {
                const struct run run = run_at(node, &window, row, tap);
                ls_kernels()->scale_add(run.pixels, channels, y_grad + run.y, channels,
                                        call->packed + (size_t)tap * channels, x_grad + run.x,
                                        step);
            }
    }
}

const struct ls_op ls_op_depthwise_conv2d = {
    .name = "depthwise_conv2d",
    .inference_fusions = LS_FUSE_BATCHNORM | LS_FUSE_RESIDUAL | LS_FUSE_RELU,
    .reduce_needs = LS_NEEDS_INPUTS,
    .shape = ls_conv2d_shape,
    .tensors = ls_conv2d_tensors,
    .flops = ls_conv2d_flops,
    .packed_size = ls_conv2d_packed_size,
    .pack = pack,
    .forward = forward,
    .partial_size = ls_conv2d_partial_size,
    .combine_count = ls_conv2d_gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = ls_conv2d_backward_combine,
    .backward = backward,
};
