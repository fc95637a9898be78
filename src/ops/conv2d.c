/* Convolution (cross-correlation, as everywhere in the field). In inference it can
 * absorb the batch norm behind it (folded into weights and bias), a residual and a ReLU. */
#include "ops/conv2d.h"
#include "base/alloc.h"
#include "kernels/kernels.h"
#include "ops/combine.h"
#include "ops/fold.h"
#include "ops/tiles.h"

struct ls_conv ls_conv2d_of(const struct ls_node *node) {
    return (struct ls_conv){.in_height = node->in[0].height,
                            .in_width = node->in[0].width,
                            .in = node->in[0].channels,
                            .out_height = node->out.height,
                            .out_width = node->out.width,
                            .out = node->out.channels,
                            .kernel = node->attributes.kernel,
                            .stride = node->attributes.stride,
                            .padding = node->attributes.padding,
                            .bfloat_weights = node->in_storage[0].format == LS_BFLOATS};
}

int ls_conv2d_groups(const struct ls_node *node) {
    return node->attributes.groups ? node->attributes.groups : 1;
}

struct ls_window ls_conv2d_window(const struct ls_node *node) {
    const struct ls_attributes *a = &node->attributes;
    if (a->window.kernel[0])
        return a->window;
    return (struct ls_window){{a->kernel, a->kernel},
                              {a->stride, a->stride},
                              {1, 1},
                              {a->padding, a->padding, a->padding, a->padding}};
}

/* Pixels of the output in dimension d; 0: it does not work. */
static int size_of(const struct ls_window *w, int d, int in) {
    const int before = w->padding[d], behind = w->padding[2 + d];
    if (w->kernel[d] < 1 || w->stride[d] < 1 || w->dilation[d] < 1)
        return 0;
    const int extent = w->dilation[d] * (w->kernel[d] - 1) + 1;
    const int room = in + before + behind - extent;
    if (before < 0 || behind < 0 || before >= extent || behind >= extent || room < 0)
        return 0;
    return room / w->stride[d] + 1;
}

enum ls_status ls_conv2d_shape(const struct ls_node *node, struct ls_shape *out,
                               struct ls_error *error) {
    const int groups = ls_conv2d_groups(node);
    const struct ls_window window = ls_conv2d_window(node);
    const struct ls_shape in = node->in[0];
    *out = (struct ls_shape){size_of(&window, 0, in.height), size_of(&window, 1, in.width),
                             node->attributes.channels};
    if (out->height < 1 || out->width < 1 || out->channels < 1)
        return ls_fail(error, LS_MISMATCH,
                       "cannot convolve %dx%d pixels with kernel %dx%d, stride %d, %d, dilation "
                       "%d, %d, padding %d, %d, %d, %d (which must be less than the kernel)",
                       in.height, in.width, window.kernel[0], window.kernel[1], window.stride[0],
                       window.stride[1], window.dilation[0], window.dilation[1], window.padding[0],
                       window.padding[1], window.padding[2], window.padding[3]);
    if (groups < 1 || in.channels % groups != 0 || out->channels % groups != 0)
        return ls_fail(error, LS_MISMATCH, "%d groups cannot share %d channels in, %d out", groups,
                       in.channels, out->channels);
    return LS_OK;
}

/* Input channels that meet an output channel. */
static int inputs_of(const struct ls_node *node) {
    return node->in[0].channels / ls_conv2d_groups(node);
}

int ls_conv2d_tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const struct ls_window window = ls_conv2d_window(node);
    const int out = node->attributes.channels;
    spec[0] =
        (struct ls_tensor_spec){.suffix = "weight",
                                .kind = LS_PARAMETER,
                                .rank = node->attributes.matrix ? 2 : 4,
                                .size = {out, inputs_of(node), window.kernel[0], window.kernel[1]},
                                .init = LS_INIT_HE_NORMAL};
    spec[1] = (struct ls_tensor_spec){.suffix = "bias",
                                      .kind = LS_PARAMETER,
                                      .rank = 1,
                                      .size = {out},
                                      .init = LS_INIT_CONSTANT,
                                      .init_value = node->attributes.bias_start};
    return node->attributes.bias ? 2 : 1;
}

size_t ls_conv2d_taps(const struct ls_node *node) {
    const struct ls_window window = ls_conv2d_window(node);
    return (size_t)window.kernel[0] * (size_t)window.kernel[1];
}

static size_t pixels_of(struct ls_shape shape) {
    return (size_t)shape.height * (size_t)shape.width;
}

static size_t weight_count(const struct ls_node *node) {
    return ls_conv2d_taps(node) * (size_t)inputs_of(node) * (size_t)node->out.channels;
}

size_t ls_conv2d_shift_offset(const struct ls_node *node) {
    return ls_align_floats(weight_count(node));
}

size_t ls_conv2d_packed_size(const struct ls_node *node, bool training) {
    (void)training;
    return ls_conv2d_shift_offset(node) + ls_align_floats((size_t)node->out.channels);
}

double ls_conv2d_flops(const struct ls_node *node) {
    return 2.0 * (double)weight_count(node) * (double)pixels_of(node->out);
}

/* packed = weights, bias [out], scale [out] in double; in training then the weights of the backward
 * pass */
static size_t bias_offset(const struct ls_node *node) {
    const struct ls_conv conv = ls_conv2d_of(node);
    return ls_align_floats(ls_conv_weights(&conv));
}

static size_t scale_offset(const struct ls_node *node) {
    return bias_offset(node) + ls_align_floats((size_t)node->out.channels);
}

static size_t grad_offset(const struct ls_node *node) {
    return scale_offset(node) + ls_align_floats(2 * (size_t)node->out.channels);
}

static size_t packed_size(const struct ls_node *node, bool training) {
    const struct ls_conv conv = ls_conv2d_of(node);
    return grad_offset(node) + (training ? ls_conv_grad_weights(&conv) : 0);
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const struct ls_conv conv = ls_conv2d_of(node);
    float *bias = packed + bias_offset(node);
    double *scale = (void *)(packed + scale_offset(node));
    for (int o = 0; o < node->out.channels; o++) {
        const struct ls_fold fold = ls_fold(node, values, o);
        bias[o] = (float)fold.shift;
        scale[o] = fold.scale;
    }
    ls_conv_pack(&conv, values[0], scale, packed);
    if (training)
        ls_conv_pack_grad(&conv, values[0], packed + grad_offset(node));
}

static size_t scratch_size(const struct ls_node *node, bool training) {
    const struct ls_conv conv = ls_conv2d_of(node);
    return ls_conv_scratch(&conv, training);
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_attributes *attributes = &node->attributes;
    const struct ls_conv conv = ls_conv2d_of(node);
    const size_t in = ls_shape_size(node->in[0]), out = ls_shape_size(node->out);
    const float *residual = attributes->fused_residual
                                ? call->inputs[node->input_count - 1] + out * (size_t)first
                                : NULL;
    const bool bias = attributes->bias || attributes->fused_batchnorm;
    ls_conv_forward(&conv, last - first, call->inputs[0] + in * (size_t)first, call->packed,
                    bias ? call->packed + bias_offset(node) : NULL, residual,
                    attributes->fused_relu, call->output + out * (size_t)first, call->scratch);
}

void ls_conv2d_finish(const struct ls_call *call, int first, int last, const float *shift) {
    const struct ls_node *node = call->node;
    const struct ls_attributes *a = &node->attributes;
    const size_t out = ls_shape_size(node->out), at = out * (size_t)first;
    const size_t channels = (size_t)node->out.channels;
    if (a->bias || a->fused_batchnorm || a->fused_residual || a->fused_relu)
        ls_kernels()->floats->affine(
            out / channels * (size_t)(last - first), (int)channels, call->output + at, NULL, shift,
            a->fused_residual ? call->inputs[node->input_count - 1] + at : NULL, a->fused_relu,
            call->output + at);
}

size_t ls_conv2d_gradient_count(const struct ls_node *node, bool backward) {
    const size_t bias = node->attributes.bias ? (size_t)node->out.channels : 0;
    return backward ? weight_count(node) + bias : 0;
}

size_t ls_conv2d_partial_size(const struct ls_node *node, bool backward) {
    return ls_conv2d_gradient_count(node, backward) * sizeof(float);
}

void ls_conv2d_bias_grad(const struct ls_call *call, int first, int last, float *partial) {
    const struct ls_node *node = call->node;
    const size_t out = ls_shape_size(node->out), channels = (size_t)node->out.channels;
    if (node->attributes.bias)
        ls_kernels()->sum_parts(channels, call->output_grad + out * (size_t)first,
                                (int)(out / channels) * (last - first), channels,
                                partial + weight_count(node));
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_node *node = call->node;
    const struct ls_conv conv = ls_conv2d_of(node);
    const size_t in = ls_shape_size(node->in[0]), out = ls_shape_size(node->out);
    ls_conv_weight_grad(&conv, last - first, call->inputs[0] + in * (size_t)first,
                        call->output_grad + out * (size_t)first, partial, call->scratch);
    ls_conv2d_bias_grad(call, first, last, partial);
}

/* The elements begin .. end-1 of the weight's gradient, from packed order to PyTorch's. */
static void store_weight_grad(const struct ls_node *node, const float *total, size_t begin,
                              size_t end, float *grad) {
    const size_t taps = ls_conv2d_taps(node);
    const size_t in = (size_t)inputs_of(node), out = (size_t)node->out.channels;
    for (size_t e = begin; e < end; e++) {
        const size_t o = e % out, i = e / out % in, tap = e / out / in;
        grad[(o * in + i) * taps + tap] = total[e - begin];
    }
}

void ls_conv2d_backward_combine(const struct ls_call *call, const void *partials, int chunks,
                                size_t stride, size_t begin, size_t end) {
    ls_combine_weights(call, partials, chunks, stride, begin, end, weight_count(call->node),
                       store_weight_grad);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_conv conv = ls_conv2d_of(node);
    const size_t in = ls_shape_size(node->in[0]), out = ls_shape_size(node->out);
    if (!call->input_grads[0])
        return;
    ls_conv_input_grad(&conv, last - first, call->output_grad + out * (size_t)first,
                       call->packed + grad_offset(node), call->accumulate[0],
                       call->input_grads[0] + in * (size_t)first, call->scratch);
}

const struct ls_op ls_op_conv2d = {
    .name = "conv2d",
    .in_tiles = &ls_op_tiled_conv2d,
    .in_bfloats = &ls_op_bfloat_conv2d,
    .inference_fusions = LS_FUSE_BATCHNORM | LS_FUSE_RESIDUAL | LS_FUSE_RELU,
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
