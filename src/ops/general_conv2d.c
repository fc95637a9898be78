/* Convolution with any window: not the same in both dimensions, padded otherwise on each side, or
 * with gaps between the pixels it takes (dilated; Yu and Koltun 2016), in groups of channels or
 * not. The pixels of some rows' windows are copied together, and multiplied as matrices (im2col).
 */
#include "base/alloc.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/channels.h"
#include "ops/conv2d.h"
#include "ops/fold.h"
#include <string.h>

enum {
    ENOUGH = 1 << 16, /* floats of windows that are multiplied at a time */
    NOWHERE = -1      /* of a window's pixel: in the padding */
};

/* What is multiplied at a time, of one group of channels. */
struct block {
    struct ls_window window;
    int groups, in, out; /* channels of a group */
    int taps;
    size_t depth;   /* numbers of a window: [taps][in] */
    int rows;       /* of the output, at most */
    size_t columns; /* floats of their windows */
};

static struct block block_of(const struct ls_node *node) {
    struct block b = {.window = ls_conv2d_window(node), .groups = ls_conv2d_groups(node)};
    b.in = node->in[0].channels / b.groups;
    b.out = node->out.channels / b.groups;
    b.taps = b.window.kernel[0] * b.window.kernel[1];
    b.depth = (size_t)b.taps * (size_t)b.in;
    const size_t row = b.depth * (size_t)node->out.width, fit = ENOUGH / row;
    b.rows = fit < 1 ? 1 : fit < (size_t)node->out.height ? (int)fit : node->out.height;
    b.columns = ls_align_floats((size_t)b.rows * row);
    return b;
}

static size_t outputs_of(const struct ls_node *node, const struct block *b) {
    return ls_align_floats((size_t)b->rows * (size_t)node->out.width * (size_t)b->out);
}

/* packed = for each group the weights [depth][out of a group], then what is added [channels] */
static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const struct block b = block_of(node);
    (void)training;
    for (int o = 0; o < node->out.channels; o++) {
        const struct ls_fold fold = ls_fold(node, values, o);
        const float *from = values[0] + (size_t)o * b.depth; /* [in][taps] */
        float *to = packed + (size_t)(o / b.out) * b.depth * (size_t)b.out + o % b.out;
        for (int i = 0; i < b.in; i++)
            for (int tap = 0; tap < b.taps; tap++)
                to[(size_t)(tap * b.in + i) * (size_t)b.out] =
                    (float)(fold.scale * (double)from[i * b.taps + tap]);
        packed[ls_conv2d_shift_offset(node) + (size_t)o] = (float)fold.shift;
    }
}

/* scratch = the windows of a block, its outputs, and in training the gradient of a group's weights
 */
static size_t scratch_size(const struct ls_node *node, bool training) {
    const struct block b = block_of(node);
    return b.columns + outputs_of(node, &b) +
           (training ? ls_align_floats(b.depth * (size_t)b.out) : 0);
}

/* Where the pixel that the window of an output pixel has at a tap is in an image: the first of its
 * channels. */
static long pixel_at(const struct ls_node *node, const struct ls_window *w, int row, int column,
                     int tap) {
    const struct ls_shape in = node->in[0];
    const int y = row * w->stride[0] + tap / w->kernel[1] * w->dilation[0] - w->padding[0];
    const int x = column * w->stride[1] + tap % w->kernel[1] * w->dilation[1] - w->padding[1];
    if (y < 0 || y >= in.height || x < 0 || x >= in.width)
        return NOWHERE;
    return ((long)y * in.width + x) * in.channels;
}

/* columns[rows][width][depth] = the windows of output rows from `row` on, of a group whose first
 * channel x points to. */
static void gather(const struct ls_node *node, const struct block *b, int row, int rows,
                   const float *x, float *columns) {
    const size_t size = (size_t)b->in * sizeof *x;
    for (int r = row; r < row + rows; r++)
        for (int c = 0; c < node->out.width; c++)
            for (int tap = 0; tap < b->taps; tap++, columns += b->in) {
                const long at = pixel_at(node, &b->window, r, c, tap);
                if (at == NOWHERE)
                    memset(columns, 0, size);
                else
                    memcpy(columns, x + at, size);
            }
}

/* The reverse: x += columns. */
static void scatter(const struct ls_node *node, const struct block *b, int row, int rows,
                    const float *columns, float *x) {
    for (int r = row; r < row + rows; r++)
        for (int c = 0; c < node->out.width; c++)
            for (int tap = 0; tap < b->taps; tap++, columns += b->in) {
                const long at = pixel_at(node, &b->window, r, c, tap);
                for (int i = 0; at != NOWHERE && i < b->in; i++)
                    x[at + i] += columns[i];
            }
}

/* One group and some rows of an image: where its channels begin in x and y, and its weights. */
struct part {
    int row, rows, pixels;
    size_t x, y, weights;
};

static struct part part_of(const struct ls_node *node, const struct block *b, int image, int group,
                           int row) {
    const size_t width = (size_t)node->out.width, out = (size_t)node->out.channels;
    const int left = node->out.height - row, rows = left < b->rows ? left : b->rows;
    return (struct part){.row = row,
                         .rows = rows,
                         .pixels = rows * node->out.width,
                         .x = ls_shape_size(node->in[0]) * (size_t)image +
                              (size_t)group * (size_t)b->in,
                         .y = ls_shape_size(node->out) * (size_t)image + (size_t)row * width * out +
                              (size_t)group * (size_t)b->out,
                         .weights = (size_t)group * b->depth * (size_t)b->out};
}

/* Does something with all parts of images first .. last-1. */
typedef void do_part(const struct ls_call *call, const struct block *b, const struct part *part,
                     float *result);

static void each_part(const struct ls_call *call, int first, int last, do_part *run,
                      float *result) {
    const struct ls_node *node = call->node;
    const struct block b = block_of(node);
    for (int image = first; image < last; image++)
        for (int group = 0; group < b.groups; group++)
            for (int row = 0; row < node->out.height; row += b.rows) {
                const struct part part = part_of(node, &b, image, group, row);
                run(call, &b, &part, result);
            }
}

static void convolve(const struct ls_call *call, const struct block *b, const struct part *part,
                     float *y) {
    float *columns = call->scratch, *outputs = columns + b->columns;
    gather(call->node, b, part->row, part->rows, call->inputs[0] + part->x, columns);
    ls_gemm(false, false, part->pixels, b->out, (int)b->depth, columns,
            call->packed + part->weights, false, outputs);
    ls_move_channels((size_t)part->pixels, (size_t)b->out, outputs, (size_t)b->out, false,
                     y + part->y, (size_t)call->node->out.channels);
}

static void forward(const struct ls_call *call, int first, int last) {
    each_part(call, first, last, convolve, call->output);
    ls_conv2d_finish(call, first, last, call->packed + ls_conv2d_shift_offset(call->node));
}

/* grads[taps][in of a group][out] += */
static void differentiate(const struct ls_call *call, const struct block *b,
                          const struct part *part, float *grads) {
    const size_t out = (size_t)call->node->out.channels;
    float *columns = call->scratch, *outputs = columns + b->columns;
    float *grad = outputs + outputs_of(call->node, b);
    gather(call->node, b, part->row, part->rows, call->inputs[0] + part->x, columns);
    ls_move_channels((size_t)part->pixels, (size_t)b->out, call->output_grad + part->y, out, false,
                     outputs, (size_t)b->out);
    ls_gemm(true, false, (int)b->depth, b->out, part->pixels, columns, outputs, false, grad);
    ls_move_channels(b->depth, (size_t)b->out, grad, (size_t)b->out, true,
                     grads + part->weights / b->depth, out);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_node *node = call->node;
    memset(partial, 0, block_of(node).depth * (size_t)node->out.channels * sizeof(float));
    each_part(call, first, last, differentiate, partial);
    ls_conv2d_bias_grad(call, first, last, partial);
}

/* x_grad += */
static void convolve_back(const struct ls_call *call, const struct block *b,
                          const struct part *part, float *x_grad) {
    float *columns = call->scratch, *outputs = columns + b->columns;
    ls_move_channels((size_t)part->pixels, (size_t)b->out, call->output_grad + part->y,
                     (size_t)call->node->out.channels, false, outputs, (size_t)b->out);
    ls_gemm(false, true, part->pixels, (int)b->depth, b->out, outputs, call->packed + part->weights,
            false, columns);
    scatter(call->node, b, part->row, part->rows, columns, x_grad + part->x);
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->in[0]);
    float *x_grad = call->input_grads[0];
    if (!x_grad)
        return;
    if (!call->accumulate[0])
        memset(x_grad + size * (size_t)first, 0, size * (size_t)(last - first) * sizeof *x_grad);
    each_part(call, first, last, convolve_back, x_grad);
}

const struct ls_op ls_op_general_conv2d = {
    .name = "general_conv2d",
    .inference_fusions = LS_FUSE_BATCHNORM | LS_FUSE_RESIDUAL | LS_FUSE_RELU,
    .reduce_needs = LS_NEEDS_INPUTS,
    .shape = ls_conv2d_shape,
    .tensors = ls_conv2d_tensors,
    .flops = ls_conv2d_flops,
    .packed_size = ls_conv2d_packed_size,
    .pack = pack,
    .scratch_size = scratch_size,
    .forward = forward,
    .partial_size = ls_conv2d_partial_size,
    .combine_count = ls_conv2d_gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = ls_conv2d_backward_combine,
    .backward = backward,
};
