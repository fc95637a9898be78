/* y = x times a factor for each channel, or one for all: what begins as a small part of a sum, or
 * as nothing of it (layer scale, Touvron et al. 2021, section 2; ReZero, Bachlechner et al. 2020,
 * equation 1) */
#include "kernels/kernels.h"
#include "ops/combine.h"
#include <string.h>

/* The tensor is called as the node: PyTorch has it in no layer of its own. */
static int tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const struct ls_attributes *a = &node->attributes;
    spec[0] = (struct ls_tensor_spec){"", LS_PARAMETER, a->rank, {1, 1, 1, 1}, LS_INIT_CONSTANT, 1};
    if (!a->single)
        spec[0].size[a->axis] = node->in[0].channels;
    return 1;
}

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const struct ls_attributes *a = &node->attributes;
    *out = node->in[0];
    return a->rank >= 0 && a->rank <= 4 && (a->single || (a->axis >= 0 && a->axis < a->rank))
               ? LS_OK
               : ls_fail(error, LS_MISMATCH, "a scale of %d dimensions is none of channels",
                         a->rank);
}

/* packed = a single factor for each channel again */
static size_t packed_size(const struct ls_node *node, bool training) {
    (void)training;
    return node->attributes.single ? (size_t)node->out.channels : 0;
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const size_t count = packed_size(node, training);
    for (size_t c = 0; c < count; c++)
        packed[c] = values[0][0];
}

static const float *factors(const struct ls_call *call) {
    return call->node->attributes.single ? call->packed : call->tensors[0];
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_attributes *a = &call->node->attributes;
    const struct ls_span s = ls_span_of(call->node, first, last);
    ls_kernels()->floats->affine(
        s.pixels, call->node->out.channels, call->inputs[0] + s.at, factors(call), NULL,
        a->fused_residual ? call->inputs[1] + s.at : NULL, a->fused_relu, call->output + s.at);
}

/* partial = the gradient by each channel's factor, [channels]; a single one's is their sum, the
 * first of them */
static size_t partial_size(const struct ls_node *node, bool backward) {
    return backward ? (size_t)node->out.channels * sizeof(float) : 0;
}

static size_t gradient_count(const struct ls_node *node, bool backward) {
    return node->attributes.single ? backward : partial_size(node, backward) / sizeof(float);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_span s = ls_span_of(call->node, first, last);
    const size_t channels = (size_t)call->node->out.channels;
    float *grad = partial;
    memset(grad, 0, channels * sizeof *grad);
    ls_kernels()->products_add((int)s.pixels, channels, call->inputs[0] + s.at, channels,
                               call->output_grad + s.at, channels, grad);
    for (size_t c = 1; call->node->attributes.single && c < channels; c++)
        grad[0] += grad[c];
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_span s = ls_span_of(call->node, first, last);
    float *x_grad = call->input_grads[0];
    if (x_grad)
        ls_kernels()->floats->affine(
            s.pixels, call->node->out.channels, call->output_grad + s.at, factors(call), NULL,
            call->accumulate[0] ? x_grad + s.at : NULL, false, x_grad + s.at);
}

const struct ls_op ls_op_scale = {
    .name = "scale",
    .inference_fusions = LS_FUSE_RESIDUAL | LS_FUSE_RELU,
    .reduce_needs = LS_NEEDS_INPUTS,
    .shape = shape,
    .tensors = tensors,
    .packed_size = packed_size,
    .pack = pack,
    .forward = forward,
    .partial_size = partial_size,
    .combine_count = gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = ls_combine_tensor,
    .backward = backward,
};
