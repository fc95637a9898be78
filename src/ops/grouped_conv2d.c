/* Convolution in groups of channels that do not meet (Xie et al. 2017, figure 3c). A slice of so
 * many groups as fill the kernels' vectors is convolved at a time as if all its channels met, with
 * weights of 0 where they do not. */
#include "base/alloc.h"
#include "kernels/kernels.h"
#include "ops/channels.h"
#include "ops/conv2d.h"
#include "ops/fold.h"

enum {
    WIDE = 16,      /* channels that are worth a convolution of their own */
    NEAR = 1 << 15, /* floats of images that stay in the second cache, and ... */
    TOGETHER = 16   /* ... how many of these are convolved at a time, at most */
};

/* All slices are alike. */
struct slices {
    int count, groups;   /* how many slices, and groups in each */
    int in, out;         /* channels of a group */
    int images;          /* of a slice that are convolved at a time */
    struct ls_conv conv; /* of a slice */
    size_t dense;        /* weights of a slice */
    /* Floats into packed: the biases behind a slice's weights, the next slice; behind all of them
     * the dense weights of the one that is being packed; in training then the weights of the
     * backward pass, slice by slice. */
    size_t bias_at, stride, dense_at, grad_at, grad_stride;
    /* Floats into scratch: behind the images of a slice their outputs, the dense gradient, and what
     * the kernels want. */
    size_t y_at, dense_grad_at, rest_at;
};

/* How many groups of so many output channels make a slice: as few as fill the vectors, unless the
 * number of groups can only be divided so that most would be zeros. */
static int groups_of_slice(int groups, int out) {
    for (int count = 1; count <= groups && count * out <= 4 * WIDE; count++)
        if (groups % count == 0 && count * out >= WIDE)
            return count;
    return 1;
}

static struct slices slices_of(const struct ls_node *node) {
    const int groups = ls_conv2d_groups(node);
    struct slices s = {.conv = ls_conv2d_of(node)};
    s.in = node->in[0].channels / groups;
    s.out = node->out.channels / groups;
    s.groups = groups_of_slice(groups, s.out);
    s.count = groups / s.groups;
    s.conv.in = s.in * s.groups;
    s.conv.out = s.out * s.groups;
    s.dense =
        (size_t)s.conv.kernel * (size_t)s.conv.kernel * (size_t)s.conv.in * (size_t)s.conv.out;
    s.bias_at = ls_align_floats(ls_conv_weights(&s.conv));
    s.stride = s.bias_at + ls_align_floats((size_t)s.conv.out);
    s.dense_at = (size_t)s.count * s.stride;
    s.grad_at = s.dense_at + ls_align_floats(s.dense);
    s.grad_stride = ls_align_floats(ls_conv_grad_weights(&s.conv));
    const size_t x = (size_t)s.conv.in_height * (size_t)s.conv.in_width * (size_t)s.conv.in;
    const size_t y = (size_t)s.conv.out_height * (size_t)s.conv.out_width * (size_t)s.conv.out;
    const size_t fit = NEAR / (x + y);
    s.images = fit < 1 ? 1 : fit > TOGETHER ? TOGETHER : (int)fit;
    s.y_at = ls_align_floats(x * (size_t)s.images);
    s.dense_grad_at = s.y_at + ls_align_floats(y * (size_t)s.images);
    s.rest_at = s.dense_grad_at + ls_align_floats(s.dense);
    return s;
}

static size_t packed_size(const struct ls_node *node, bool training) {
    const struct slices s = slices_of(node);
    return s.grad_at + (training ? (size_t)s.count * s.grad_stride : 0);
}

static size_t scratch_size(const struct ls_node *node, bool training) {
    const struct slices s = slices_of(node);
    return s.rest_at + ls_conv_scratch(&s.conv, training);
}

/* dense[conv.out][conv.in][kernel][kernel] = a slice's weights, scaled by a fused batch norm. */
static void spread_weights(const struct ls_node *node, const struct slices *s, int slice,
                           float *const *values, float *dense, float *bias) {
    const size_t taps = (size_t)s->conv.kernel * (size_t)s->conv.kernel;
    const size_t row = (size_t)s->in * taps;
    for (size_t i = 0; i < s->dense; i++)
        dense[i] = 0;
    for (int o = 0; o < s->conv.out; o++) {
        const int channel = slice * s->conv.out + o;
        const struct ls_fold fold = ls_fold(node, values, channel);
        const float *from = values[0] + (size_t)channel * row;
        float *to = dense + ((size_t)o * (size_t)s->groups + (size_t)(o / s->out)) * row;
        for (size_t i = 0; i < row; i++)
            to[i] = (float)(fold.scale * (double)from[i]);
        bias[o] = (float)fold.shift;
    }
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const struct slices s = slices_of(node);
    float *dense = packed + s.dense_at;
    for (int slice = 0; slice < s.count; slice++) {
        float *to = packed + (size_t)slice * s.stride;
        spread_weights(node, &s, slice, values, dense, to + s.bias_at);
        ls_conv_pack(&s.conv, dense, NULL, to);
        if (training)
            ls_conv_pack_grad(&s.conv, dense, packed + s.grad_at + (size_t)slice * s.grad_stride);
    }
}

/* slice[images][pixels][count] = channels begin .. begin + count-1 of images first .. */
static void cut(struct ls_shape shape, const float *all, int first, int images, int begin,
                int count, float *slice) {
    const size_t pixels = (size_t)shape.height * (size_t)shape.width;
    ls_move_channels(pixels * (size_t)images, (size_t)count,
                     all + ls_shape_size(shape) * (size_t)first + begin, (size_t)shape.channels,
                     false, slice, (size_t)count);
}

/* The reverse; `add` adds them to what is there. */
static void put_back(struct ls_shape shape, const float *slice, int first, int images, int begin,
                     int count, bool add, float *all) {
    const size_t pixels = (size_t)shape.height * (size_t)shape.width;
    ls_move_channels(pixels * (size_t)images, (size_t)count, slice, (size_t)count, add,
                     all + ls_shape_size(shape) * (size_t)first + begin, (size_t)shape.channels);
}

/* How many images from `image` on are convolved together. */
static int together(const struct slices *s, int image, int last) {
    return last - image < s->images ? last - image : s->images;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct slices s = slices_of(node);
    const struct ls_attributes *a = &node->attributes;
    float *x = call->scratch, *y = call->scratch + s.y_at, *rest = call->scratch + s.rest_at;
    for (int image = first; image < last; image += s.images)
        for (int slice = 0; slice < s.count; slice++) {
            const int count = together(&s, image, last);
            const float *packed = call->packed + (size_t)slice * s.stride;
            cut(node->in[0], call->inputs[0], image, count, slice * s.conv.in, s.conv.in, x);
            ls_conv_forward(&s.conv, count, x, packed,
                            a->bias || a->fused_batchnorm ? packed + s.bias_at : NULL, NULL,
                            a->fused_relu, y, rest);
            put_back(node->out, y, image, count, slice * s.conv.out, s.conv.out, false,
                     call->output);
        }
}

/* grad[taps][in of a group][out] += what of a slice's dense gradient is of channels that meet. */
static void gather_grad(const struct ls_node *node, const struct slices *s, int slice,
                        const float *dense, float *grad) {
    const size_t taps = (size_t)s->conv.kernel * (size_t)s->conv.kernel;
    const size_t in = (size_t)s->in, out = (size_t)node->out.channels;
    grad += (size_t)slice * (size_t)s->conv.out;
    for (size_t tap = 0; tap < taps; tap++)
        for (int o = 0; o < s->conv.out; o++) {
            const size_t first = tap * (size_t)s->conv.in + (size_t)(o / s->out) * in;
            for (size_t i = 0; i < in; i++)
                grad[(tap * in + i) * out + (size_t)o] +=
                    dense[(first + i) * (size_t)s->conv.out + (size_t)o];
        }
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_node *node = call->node;
    const struct slices s = slices_of(node);
    float *x = call->scratch, *y_grad = x + s.y_at, *dense = x + s.dense_grad_at;
    float *grad = partial;
    for (size_t i = 0; i < s.dense / (size_t)s.groups * (size_t)s.count; i++)
        grad[i] = 0;
    for (int image = first; image < last; image += s.images)
        for (int slice = 0; slice < s.count; slice++) {
            const int count = together(&s, image, last);
            cut(node->in[0], call->inputs[0], image, count, slice * s.conv.in, s.conv.in, x);
            cut(node->out, call->output_grad, image, count, slice * s.conv.out, s.conv.out, y_grad);
            ls_conv_weight_grad(&s.conv, count, x, y_grad, dense, x + s.rest_at);
            gather_grad(node, &s, slice, dense, grad);
        }
    ls_conv2d_bias_grad(call, first, last, grad);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct slices s = slices_of(node);
    float *x_grad = call->scratch, *y_grad = x_grad + s.y_at;
    for (int image = first; call->input_grads[0] && image < last; image += s.images)
        for (int slice = 0; slice < s.count; slice++) {
            const int count = together(&s, image, last);
            cut(node->out, call->output_grad, image, count, slice * s.conv.out, s.conv.out, y_grad);
            ls_conv_input_grad(&s.conv, count, y_grad,
                               call->packed + s.grad_at + (size_t)slice * s.grad_stride, false,
                               x_grad, x_grad + s.rest_at);
            put_back(node->in[0], x_grad, image, count, slice * s.conv.in, s.conv.in,
                     call->accumulate[0], call->input_grads[0]);
        }
}

const struct ls_op ls_op_grouped_conv2d = {
    .name = "grouped_conv2d",
    .inference_fusions = LS_FUSE_BATCHNORM | LS_FUSE_RELU,
    .reduce_needs = LS_NEEDS_INPUTS,
    .shape = ls_conv2d_shape,
    .tensors = ls_conv2d_tensors,
    .flops = ls_conv2d_flops,
    .packed_size = packed_size,
    .pack = pack,
    .scratch_size = scratch_size,
    .forward = forward,
    .partial_size = ls_conv2d_partial_size,
    .combine_count = ls_conv2d_gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = ls_conv2d_backward_combine,
    .backward = backward,
};
