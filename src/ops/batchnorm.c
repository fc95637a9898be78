/* Batch norm over images and pixels (Ioffe and Szegedy 2015), with PyTorch's conventions:
 *   training:  y = (x - mean) / sqrt(var + epsilon) * weight + bias, var biased;
 *              running += momentum * (batch - running), the batch's variance unbiased
 *   inference: the same with the running mean and variance
 * A residual and a ReLU behind it can be fused in. */
#include "ops/loops.h"
#include <math.h>

enum { WEIGHT, BIAS, RUNNING_MEAN, RUNNING_VAR, TRACKED };

static int tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const int c = node->in[0].channels;
    spec[WEIGHT] = (struct ls_tensor_spec){"weight", LS_PARAMETER, 1, {c}, LS_INIT_CONSTANT, 1};
    spec[BIAS] = (struct ls_tensor_spec){"bias", LS_PARAMETER, 1, {c}, LS_INIT_CONSTANT, 0};
    spec[RUNNING_MEAN] =
        (struct ls_tensor_spec){"running_mean", LS_BUFFER, 1, {c}, LS_INIT_CONSTANT, 0};
    spec[RUNNING_VAR] =
        (struct ls_tensor_spec){"running_var", LS_BUFFER, 1, {c}, LS_INIT_CONSTANT, 1};
    spec[TRACKED] =
        (struct ls_tensor_spec){"num_batches_tracked", LS_COUNTER, 0, {0}, LS_INIT_CONSTANT, 0};
    return 5;
}

/* packed = [scale][shift], of the running statistics or of the batch; in training also the batch's
 * [mean][1 / deviation] and the backward coefficients [a][b][c] of gradient_affine, each [channels]
 */
enum { SCALE, SHIFT, MEAN, INVERSE, GRAD_A, GRAD_B, GRAD_C, PACKED_ROWS };

static size_t packed_size(const struct ls_node *node, bool training) {
    return (training ? PACKED_ROWS : MEAN) * (size_t)node->in[0].channels;
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const int channels = node->in[0].channels;
    if (training)
        return;
    for (int c = 0; c < channels; c++) {
        double scale =
            values[WEIGHT][c] / sqrt((double)values[RUNNING_VAR][c] + node->attributes.epsilon);
        packed[SCALE * channels + c] = (float)scale;
        packed[SHIFT * channels + c] = (float)(values[BIAS][c] - values[RUNNING_MEAN][c] * scale);
    }
}

static size_t pixels_of(const struct ls_node *node) {
    return (size_t)node->out.height * (size_t)node->out.width;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_elementwise *loops = ls_loops(node);
    const int channels = node->out.channels;
    const size_t pixels = pixels_of(node), at = pixels * channels * (size_t)first;
    const float *residual = node->attributes.fused_residual ? call->inputs[1] : NULL;
    loops->affine(pixels * (size_t)(last - first), channels, ls_value(loops, call->inputs[0], at),
                  call->packed + SCALE * channels, call->packed + SHIFT * channels,
                  ls_value(loops, residual, at), node->attributes.fused_relu,
                  ls_value(loops, call->output, at));
}

/* partial = double [2][channels]: sum of x and of x^2; backward: of g and of g * x */
static size_t partial_size(const struct ls_node *node, bool backward) {
    (void)backward;
    return 2 * sizeof(double) * (size_t)node->in[0].channels;
}

static size_t combine_count(const struct ls_node *node, bool backward) {
    (void)backward;
    return (size_t)node->in[0].channels;
}

static void clear(double *sums, int count) {
    for (int i = 0; i < count; i++)
        sums[i] = 0;
}

static void reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_elementwise *loops = ls_loops(call->node);
    const int channels = call->node->in[0].channels;
    const size_t pixels = pixels_of(call->node), at = pixels * channels * (size_t)first;
    double *sums = partial;
    clear(sums, 2 * channels);
    loops->moments(pixels * (size_t)(last - first), channels, ls_value(loops, call->inputs[0], at),
                   sums, sums + channels);
}

/* Sum number `index` of the chunks' partials, added in order. */
static double total(const void *partials, int chunks, size_t stride, size_t index) {
    const double *partial = partials;
    double sum = 0;
    for (int i = 0; i < chunks; i++, partial += stride / sizeof *partial)
        sum += partial[index];
    return sum;
}

static void combine(const struct ls_call *call, const void *partials, int chunks, size_t stride,
                    size_t begin, size_t end) {
    const struct ls_attributes *attributes = &call->node->attributes;
    const size_t channels = (size_t)call->node->in[0].channels;
    const double count = (double)call->images * (double)pixels_of(call->node);
    float *running_mean = call->tensors[RUNNING_MEAN], *running_var = call->tensors[RUNNING_VAR];
    for (size_t c = begin; c < end; c++) {
        double mean = total(partials, chunks, stride, c) / count;
        double variance = total(partials, chunks, stride, channels + c) / count - mean * mean;
        variance = variance < 0 ? 0 : variance; /* rounding only; not a number stays one */
        double inverse = 1 / sqrt(variance + attributes->epsilon);
        double scale = call->tensors[WEIGHT][c] * inverse;
        call->packed[SCALE * channels + c] = (float)scale;
        call->packed[SHIFT * channels + c] = (float)(call->tensors[BIAS][c] - mean * scale);
        call->packed[MEAN * channels + c] = (float)mean;
        call->packed[INVERSE * channels + c] = (float)inverse;
        double unbiased = count > 1 ? variance * count / (count - 1) : variance;
        running_mean[c] += attributes->momentum * ((float)mean - running_mean[c]);
        running_var[c] += attributes->momentum * ((float)unbiased - running_var[c]);
    }
    if (begin == 0)
        call->tensors[TRACKED][0] += 1;
}

static const float *rectified(const struct ls_call *call) {
    return call->node->attributes.fused_relu ? call->output : NULL;
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_elementwise *loops = ls_loops(call->node);
    const int channels = call->node->in[0].channels;
    const size_t pixels = pixels_of(call->node), at = pixels * channels * (size_t)first;
    double *sums = partial;
    clear(sums, 2 * channels);
    loops->gradient_moments(pixels * (size_t)(last - first), channels,
                            ls_value(loops, call->inputs[0], at),
                            ls_value(loops, rectified(call), at),
                            ls_value(loops, call->output_grad, at), sums, sums + channels);
}

/* With x' = (x - mean) * inverse: bias_grad = sum g, weight_grad = sum g x',
 * x_grad = weight * inverse * (g - mean(g) - x' mean(g x')) = a g + b x + c. */
static void backward_combine(const struct ls_call *call, const void *partials, int chunks,
                             size_t stride, size_t begin, size_t end) {
    const size_t channels = (size_t)call->node->in[0].channels;
    const double count = (double)call->images * (double)pixels_of(call->node);
    for (size_t c = begin; c < end; c++) {
        double mean = call->packed[MEAN * channels + c];
        double inverse = call->packed[INVERSE * channels + c];
        double sum = total(partials, chunks, stride, c);
        double dot = (total(partials, chunks, stride, channels + c) - mean * sum) * inverse;
        double a = call->tensors[WEIGHT][c] * inverse;
        double b = -a * inverse * dot / count;
        call->tensor_grads[BIAS][c] = (float)sum;
        call->tensor_grads[WEIGHT][c] = (float)dot;
        call->packed[GRAD_A * channels + c] = (float)a;
        call->packed[GRAD_B * channels + c] = (float)b;
        call->packed[GRAD_C * channels + c] = (float)(-a * sum / count - b * mean);
    }
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_elementwise *loops = ls_loops(node);
    const int channels = node->in[0].channels;
    const size_t pixels = pixels_of(node), at = pixels * channels * (size_t)first;
    float *residual_grad = node->attributes.fused_residual ? call->input_grads[1] : NULL;
    if (!call->input_grads[0])
        return;
    loops->gradient_affine(
        pixels * (size_t)(last - first), channels, ls_value(loops, call->inputs[0], at),
        ls_value(loops, rectified(call), at), ls_value(loops, call->output_grad, at),
        call->packed + GRAD_A * channels, call->packed + GRAD_B * channels,
        call->packed + GRAD_C * channels, ls_value(loops, call->input_grads[0], at),
        call->accumulate[0], ls_value(loops, residual_grad, at), call->accumulate[1]);
}

/* scaled[images] (= or +=) x * scale */
static void multiply(const struct ls_call *call, int first, int last, const float *x, bool add,
                     float *scaled) {
    const size_t pixels = pixels_of(call->node);
    const int channels = call->node->out.channels;
    const size_t at = pixels * channels * (size_t)first;
    ls_kernels()->floats->affine(pixels * (size_t)(last - first), channels, x + at,
                                 call->packed + SCALE * channels, NULL, add ? scaled + at : NULL,
                                 false, scaled + at);
}

static void affine_tangent(const struct ls_call *call, int first, int last) {
    multiply(call, first, last, call->input_tangents[0], false, call->output_tangent);
}

static void affine_backward(const struct ls_call *call, int first, int last) {
    if (call->input_grads[0])
        multiply(call, first, last, call->output_grad, call->accumulate[0], call->input_grads[0]);
}

static size_t affine_packed_size(const struct ls_node *node, bool training) {
    (void)training;
    return packed_size(node, false);
}

static void affine_pack(const struct ls_node *node, bool training, float *const *values,
                        float *packed) {
    (void)training;
    pack(node, false, values, packed);
}

const struct ls_op ls_op_affine = {
    .name = "affine",
    .shape = ls_first_shape,
    .packed_size = affine_packed_size,
    .pack = affine_pack,
    .forward = forward,
    .backward = affine_backward,
    .tangent = affine_tangent,
};

const struct ls_op ls_op_batchnorm = {
    .name = "batchnorm",
    .inference_fusions = LS_FUSE_RESIDUAL | LS_FUSE_RELU,
    .training_fusions = LS_FUSE_RESIDUAL | LS_FUSE_RELU,
    .reduce_needs = LS_NEEDS_INPUTS | LS_NEEDS_OUTPUT,
    .backward_needs = LS_NEEDS_INPUTS | LS_NEEDS_OUTPUT,
    .takes_bfloats = true,
    .shape = ls_first_shape,
    .tensors = tensors,
    .packed_size = packed_size,
    .pack = pack,
    .forward = forward,
    .partial_size = partial_size,
    .combine_count = combine_count,
    .reduce = reduce,
    .combine = combine,
    .backward_reduce = backward_reduce,
    .backward_combine = backward_combine,
    .backward_waits = true,
    .backward = backward,
    .constant = &ls_op_affine,
};
