/* y = W x + b, x flattened in PyTorch's order (channel, row, column) */
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/combine.h"

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    if (node->attributes.channels < 1)
        return ls_fail(error, LS_MISMATCH, "a linear layer needs at least one output");
    *out = (struct ls_shape){1, 1, node->attributes.channels};
    return LS_OK;
}

static int tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const int in = (int)ls_shape_size(node->in[0]), out = node->attributes.channels;
    spec[0] = (struct ls_tensor_spec){"weight", LS_PARAMETER, 2, {out, in}, LS_INIT_NORMAL, 1e-3F};
    spec[1] = (struct ls_tensor_spec){"bias", LS_PARAMETER, 1, {out}, LS_INIT_CONSTANT, 0};
    return node->attributes.bias ? 2 : 1;
}

static size_t weight_count(const struct ls_node *node) {
    return ls_shape_size(node->in[0]) * (size_t)node->out.channels;
}

static double flops(const struct ls_node *node) {
    return 2.0 * (double)weight_count(node);
}

/* Where input i of the network's order (row, column, channel) stands in PyTorch's order. */
static size_t torch_index(struct ls_shape in, size_t i) {
    const size_t channels = (size_t)in.channels, pixels = ls_shape_size(in) / channels;
    return i % channels * pixels + i / channels;
}

/* packed[in][out] = W transposed, inputs in the network's order */
static size_t packed_size(const struct ls_node *node, bool training) {
    (void)training;
    return weight_count(node);
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    (void)training;
    const size_t in = ls_shape_size(node->in[0]);
    const int out = node->out.channels;
    for (size_t i = 0; i < in; i++)
        for (int o = 0; o < out; o++)
            packed[i * (size_t)out + o] = values[0][(size_t)o * in + torch_index(node->in[0], i)];
}

/* OpenBLAS's kernels for AVX2 round otherwise with the number of rows. Weights that stay in the
 * cache go by once for each image, so that it does not matter which others there are. */
static void forward(const struct ls_call *call, int first, int last) {
    enum { FEW = 1 << 16 }; /* weights */
    const struct ls_node *node = call->node;
    const int in = (int)ls_shape_size(node->in[0]), out = node->out.channels, rows = last - first;
    const int together = weight_count(node) > FEW ? rows : 1;
    float *y = call->output + (size_t)first * out;
    for (int i = 0; i < rows; i += together)
        ls_gemm(false, false, together, out, in, call->inputs[0] + (size_t)(first + i) * in,
                call->packed, false, y + (size_t)i * out);
    if (node->attributes.bias)
        ls_kernels()->floats->affine((size_t)rows, out, y, NULL, call->tensors[1], NULL, false, y);
}

/* partial = [in][out] of the weight's gradient, then [out] of the bias's if there is one */
static size_t gradient_count(const struct ls_node *node, bool backward) {
    const size_t bias = node->attributes.bias ? (size_t)node->out.channels : 0;
    return backward ? weight_count(node) + bias : 0;
}

static size_t partial_size(const struct ls_node *node, bool backward) {
    return gradient_count(node, backward) * sizeof(float);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    float *grad = partial;
    const struct ls_node *node = call->node;
    const int in = (int)ls_shape_size(node->in[0]), out = node->out.channels;
    const float *y_grad = call->output_grad + (size_t)first * out;
    ls_gemm(true, false, in, out, last - first, call->inputs[0] + (size_t)first * in, y_grad, false,
            grad);
    if (node->attributes.bias)
        ls_kernels()->sum_parts((size_t)out, y_grad, last - first, (size_t)out,
                                grad + weight_count(node));
}

static void store_weight_grad(const struct ls_node *node, const float *total, size_t begin,
                              size_t end, float *grad) {
    const size_t in = ls_shape_size(node->in[0]), out = (size_t)node->out.channels;
    for (size_t e = begin; e < end; e++)
        grad[e % out * in + torch_index(node->in[0], e / out)] = total[e - begin];
}

static void backward_combine(const struct ls_call *call, const void *partials, int chunks,
                             size_t stride, size_t begin, size_t end) {
    ls_combine_weights(call, partials, chunks, stride, begin, end, weight_count(call->node),
                       store_weight_grad);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const int in = (int)ls_shape_size(node->in[0]), out = node->out.channels;
    if (call->input_grads[0])
        ls_gemm(false, true, last - first, in, out, call->output_grad + (size_t)first * out,
                call->packed, call->accumulate[0], call->input_grads[0] + (size_t)first * in);
}

const struct ls_op ls_op_linear = {
    .name = "linear",
    .reduce_needs = LS_NEEDS_INPUTS,
    .shape = shape,
    .tensors = tensors,
    .flops = flops,
    .packed_size = packed_size,
    .pack = pack,
    .forward = forward,
    .partial_size = partial_size,
    .combine_count = gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = backward_combine,
    .backward = backward,
};
