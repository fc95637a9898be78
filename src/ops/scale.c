/* y = x times a factor for each channel: what begins as a small part of a sum (layer scale; Touvron
 * et al. 2021, section 2) */
#include "kernels/kernels.h"
#include "ops/combine.h"
#include <string.h>

/* The tensor is called as the node: PyTorch has it in no layer of its own. */
static int tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const int c = node->in[0].channels, rank = node->attributes.rank;
    spec[0] = (struct ls_tensor_spec){"", LS_PARAMETER, rank, {c, 1, 1, 1}, LS_INIT_CONSTANT, 1};
    if (rank == 4) {
        spec[0].size[0] = 1;
        spec[0].size[1] = c;
    }
    return 1;
}

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const int rank = node->attributes.rank;
    *out = node->in[0];
    return rank >= 1 && rank <= 4
               ? LS_OK
               : ls_fail(error, LS_MISMATCH, "a scale of %d dimensions is none of channels", rank);
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_attributes *a = &call->node->attributes;
    const struct ls_span s = ls_span_of(call->node, first, last);
    ls_kernels()->floats->affine(
        s.pixels, call->node->out.channels, call->inputs[0] + s.at, call->tensors[0], NULL,
        a->fused_residual ? call->inputs[1] + s.at : NULL, a->fused_relu, call->output + s.at);
}

/* partial = the tensor's gradient [channels] */
static size_t gradient_count(const struct ls_node *node, bool backward) {
    return backward ? (size_t)node->out.channels : 0;
}

static size_t partial_size(const struct ls_node *node, bool backward) {
    return gradient_count(node, backward) * sizeof(float);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_span s = ls_span_of(call->node, first, last);
    const size_t channels = (size_t)call->node->out.channels;
    memset(partial, 0, channels * sizeof(float));
    ls_kernels()->products_add((int)s.pixels, channels, call->inputs[0] + s.at, channels,
                               call->output_grad + s.at, channels, partial);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_span s = ls_span_of(call->node, first, last);
    float *x_grad = call->input_grads[0];
    if (x_grad)
        ls_kernels()->floats->affine(
            s.pixels, call->node->out.channels, call->output_grad + s.at, call->tensors[0], NULL,
            call->accumulate[0] ? x_grad + s.at : NULL, false, x_grad + s.at);
}

const struct ls_op ls_op_scale = {
    .name = "scale",
    .inference_fusions = LS_FUSE_RESIDUAL | LS_FUSE_RELU,
    .reduce_needs = LS_NEEDS_INPUTS,
    .shape = shape,
    .tensors = tensors,
    .forward = forward,
    .partial_size = partial_size,
    .combine_count = gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = ls_combine_tensor,
    .backward = backward,
};
