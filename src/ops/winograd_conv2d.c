/* Winograd's convolution in inference, with everything behind it that ls_op_conv2d can absorb. */
#include "kernels/kernels.h"
#include "kernels/winograd.h"
#include "ops/fold.h"
#include "ops/op.h"

static struct ls_conv conv_of(const struct ls_node *node) {
    return (struct ls_conv){.in_height = node->in[0].height,
                            .in_width = node->in[0].width,
                            .in = node->in[0].channels,
                            .out_height = node->out.height,
                            .out_width = node->out.width,
                            .out = node->out.channels,
                            .kernel = node->attributes.kernel,
                            .stride = node->attributes.stride,
                            .padding = node->attributes.padding};
}

static bool suits(const struct ls_node *node) {
    const struct ls_conv conv = conv_of(node);
    return ls_winograd_suits(&conv);
}

/* packed = weights, then bias [out] */
static size_t packed_size(const struct ls_node *node, bool training) {
    const struct ls_conv conv = conv_of(node);
    (void)training;
    return ls_winograd_weights(&conv) + (size_t)node->out.channels;
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const struct ls_conv conv = conv_of(node);
    float *bias = packed + ls_winograd_weights(&conv);
    (void)training;
    for (int o = 0; o < node->out.channels; o++) {
        const struct ls_fold fold = ls_fold(node, values, o);
        ls_winograd_pack(&conv, values[0], o, fold.scale, packed);
        bias[o] = (float)fold.shift;
    }
}

static size_t scratch_size(const struct ls_node *node) {
    const struct ls_conv conv = conv_of(node);
    return ls_winograd_scratch(&conv);
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_attributes *attributes = &node->attributes;
    const struct ls_conv conv = conv_of(node);
    const size_t in = ls_shape_size(node->in[0]), out = ls_shape_size(node->out);
    const float *residual = attributes->fused_residual ? call->inputs[node->input_count - 1] : NULL;
    for (int i = first; i < last; i++)
        ls_kernels()->winograd_forward(
            &conv, call->inputs[0] + in * (size_t)i, call->packed,
            call->packed + ls_winograd_weights(&conv), residual ? residual + out * (size_t)i : NULL,
            attributes->fused_relu, call->output + out * (size_t)i, call->scratch);
}

const struct ls_op ls_op_winograd_conv2d = {
    .name = "winograd conv2d",
    .suits = suits,
    .packed_size = packed_size,
    .pack = pack,
    .scratch_size = scratch_size,
    .forward = forward,
};
