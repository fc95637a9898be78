/* Transposed convolution whose windows do not overlap (kernel = stride), the "up-convolution" of a
 * U-Net (Ronneberger et al. 2015): each input pixel makes kernel x kernel output pixels,
 *   y[iy k + ky][ix k + kx][o] = sum over i of x[iy][ix][i] W[i][o][ky][kx] + b[o] */
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/combine.h"
#include <math.h>
#include <string.h>

static enum ls_status shape(const struct ls_node *node, struct ls_shape *out,
                            struct ls_error *error) {
    const int kernel = node->attributes.kernel;
    if (kernel < 1 || node->attributes.channels < 1)
        return ls_fail(error, LS_MISMATCH, "cannot enlarge %dx%d pixels %d times",
                       node->in[0].height, node->in[0].width, kernel);
    *out = (struct ls_shape){node->in[0].height * kernel, node->in[0].width * kernel,
                             node->attributes.channels};
    return LS_OK;
}

/* Every output has `in` summands: He's deviation, for rectified inputs. */
static int tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const int in = node->in[0].channels, out = node->attributes.channels;
    const int kernel = node->attributes.kernel;
    spec[0] = (struct ls_tensor_spec){.suffix = "weight",
                                      .kind = LS_PARAMETER,
                                      .rank = 4,
                                      .size = {in, out, kernel, kernel},
                                      .init = LS_INIT_NORMAL,
                                      .init_value = sqrtf(2.0F / (float)in)};
    spec[1] = (struct ls_tensor_spec){"bias", LS_PARAMETER, 1, {out}, LS_INIT_CONSTANT, 0};
    return node->attributes.bias ? 2 : 1;
}

static size_t taps_of(const struct ls_node *node) {
    return (size_t)node->attributes.kernel * (size_t)node->attributes.kernel;
}

static size_t pixels_of(const struct ls_node *node) {
    return (size_t)node->in[0].height * (size_t)node->in[0].width;
}

/* Outputs of one input pixel. */
static size_t row_of(const struct ls_node *node) {
    return taps_of(node) * (size_t)node->out.channels;
}

static size_t weight_count(const struct ls_node *node) {
    return (size_t)node->in[0].channels * row_of(node);
}

static double flops(const struct ls_node *node) {
    return 2.0 * (double)weight_count(node) * (double)pixels_of(node);
}

/* packed[in][kernel][kernel][out] */
static size_t packed_size(const struct ls_node *node, bool training) {
    (void)training;
    return weight_count(node);
}

/* Where element e of the packed weights stands in PyTorch's order [in][out][kernel][kernel]. */
static size_t torch_index(const struct ls_node *node, size_t e) {
    const size_t taps = taps_of(node), out = (size_t)node->out.channels;
    const size_t o = e % out, tap = e / out % taps, i = e / out / taps;
    return (i * out + o) * taps + tap;
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    (void)training;
    for (size_t e = 0; e < weight_count(node); e++)
        packed[e] = values[0][torch_index(node, e)];
}

/* [pixels][kernel][kernel][out]: one image's outputs in the order of the pixels they come from. */
static size_t scratch_size(const struct ls_node *node, bool training) {
    (void)training;
    return ls_shape_size(node->out);
}

/* Where line ky of what pixel p makes stands in the image. */
static size_t line_offset(const struct ls_node *node, size_t p, size_t ky, size_t line) {
    const size_t kernel = (size_t)node->attributes.kernel, width = (size_t)node->in[0].width;
    return ((p / width * kernel + ky) * width + p % width) * line;
}

static void to_image(const struct ls_node *node, const float *rows, float *image) {
    const size_t kernel = (size_t)node->attributes.kernel;
    const size_t line = kernel * (size_t)node->out.channels;
    for (size_t p = 0; p < pixels_of(node); p++)
        for (size_t ky = 0; ky < kernel; ky++, rows += line)
            memcpy(image + line_offset(node, p, ky, line), rows, line * sizeof *rows);
}

static void from_image(const struct ls_node *node, const float *image, float *rows) {
    const size_t kernel = (size_t)node->attributes.kernel;
    const size_t line = kernel * (size_t)node->out.channels;
    for (size_t p = 0; p < pixels_of(node); p++)
        for (size_t ky = 0; ky < kernel; ky++, rows += line)
            memcpy(rows, image + line_offset(node, p, ky, line), line * sizeof *rows);
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in_size = ls_shape_size(node->in[0]), out_size = ls_shape_size(node->out);
    const int out = node->out.channels;
    for (int image = first; image < last; image++) {
        float *y = call->output + out_size * (size_t)image;
        ls_gemm(false, false, (int)pixels_of(node), (int)row_of(node), node->in[0].channels,
                call->inputs[0] + in_size * (size_t)image, call->packed, false, call->scratch);
        to_image(node, call->scratch, y);
        if (node->attributes.bias)
            ls_kernels()->floats->affine(out_size / (size_t)out, out, y, NULL, call->tensors[1],
                                         NULL, false, y);
    }
}

/* partial = the weight's gradient in the packed order, then the bias's [out] if there is one */
static size_t gradient_count(const struct ls_node *node, bool backward) {
    const size_t bias = node->attributes.bias ? (size_t)node->out.channels : 0;
    return backward ? weight_count(node) + bias : 0;
}

static size_t partial_size(const struct ls_node *node, bool backward) {
    return gradient_count(node, backward) * sizeof(float);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_node *node = call->node;
    const size_t in_size = ls_shape_size(node->in[0]), out_size = ls_shape_size(node->out);
    const size_t out = (size_t)node->out.channels;
    float *grad = partial;
    for (int image = first; image < last; image++) {
        from_image(node, call->output_grad + out_size * (size_t)image, call->scratch);
        ls_gemm(true, false, node->in[0].channels, (int)row_of(node), (int)pixels_of(node),
                call->inputs[0] + in_size * (size_t)image, call->scratch, image > first, grad);
    }
    if (node->attributes.bias)
        ls_kernels()->sum_parts(out, call->output_grad + out_size * (size_t)first,
                                (int)(out_size / out) * (last - first), out,
                                grad + weight_count(node));
}

static void store_weight_grad(const struct ls_node *node, const float *total, size_t begin,
                              size_t end, float *grad) {
    for (size_t e = begin; e < end; e++)
        grad[torch_index(node, e)] = total[e - begin];
}

static void backward_combine(const struct ls_call *call, const void *partials, int chunks,
                             size_t stride, size_t begin, size_t end) {
    ls_combine_weights(call, partials, chunks, stride, begin, end, weight_count(call->node),
                       store_weight_grad);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t in_size = ls_shape_size(node->in[0]), out_size = ls_shape_size(node->out);
    if (!call->input_grads[0])
        return;
    for (int image = first; image < last; image++) {
        from_image(node, call->output_grad + out_size * (size_t)image, call->scratch);
        ls_gemm(false, true, (int)pixels_of(node), node->in[0].channels, (int)row_of(node),
                call->scratch, call->packed, call->accumulate[0],
                call->input_grads[0] + in_size * (size_t)image);
    }
}

const struct ls_op ls_op_upconv2d = {
    .name = "upconv2d",
    .reduce_needs = LS_NEEDS_INPUTS,
    .shape = shape,
    .tensors = tensors,
    .flops = flops,
    .packed_size = packed_size,
    .pack = pack,
    .scratch_size = scratch_size,
    .forward = forward,
    .partial_size = partial_size,
    .combine_count = gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = backward_combine,
    .backward = backward,
};
