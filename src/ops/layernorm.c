/* Layer norm over the channels of every pixel (Ba et al. 2016), with PyTorch's conventions:
 *   y = (x - mean) / sqrt(var + epsilon) * weight + bias, var biased */
#include "kernels/kernels.h"
#include "ops/combine.h"
#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS };

static int tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const int c = node->in[0].channels;
    spec[WEIGHT] = (struct ls_tensor_spec){"weight", LS_PARAMETER, 1, {c}, LS_INIT_CONSTANT, 1};
    spec[BIAS] = (struct ls_tensor_spec){"bias", LS_PARAMETER, 1, {c}, LS_INIT_CONSTANT, 0};
    return node->attributes.unweighted ? 0 : node->attributes.bias ? 2 : 1;
}

/* NULL: it has none. */
static const float *weight_of(const struct ls_call *call) {
    return call->node->attributes.unweighted ? NULL : call->tensors[WEIGHT];
}

static size_t channels_of(const struct ls_node *node) {
    return (size_t)node->out.channels;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_span s = ls_span_of(node, first, last);
    ls_kernels()->layer_norm(
        s.pixels, channels_of(node), call->inputs[0] + s.at, node->attributes.epsilon,
        weight_of(call), node->attributes.bias ? call->tensors[BIAS] : NULL, call->output + s.at);
}

/* partial = [channels] of the weight's gradient, then [channels] of the bias's if there is one */
static size_t gradient_count(const struct ls_node *node, bool backward) {
    struct ls_tensor_spec spec[LS_MAX_OP_TENSORS];
    return backward ? channels_of(node) * (size_t)tensors(node, spec) : 0;
}

static size_t partial_size(const struct ls_node *node, bool backward) {
    return gradient_count(node, backward) * sizeof(float);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_node *node = call->node;
    const struct ls_span s = ls_span_of(node, first, last);
    const size_t channels = channels_of(node);
    float *grad = partial;
    if (node->attributes.unweighted)
        return;
    memset(grad, 0, channels * sizeof *grad);
    ls_kernels()->layer_norm_products(s.pixels, channels, call->inputs[0] + s.at,
                                      node->attributes.epsilon, call->output_grad + s.at, grad);
    if (node->attributes.bias)
        ls_kernels()->sum_parts(channels, call->output_grad + s.at, (int)s.pixels, channels,
                                grad + channels);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_span s = ls_span_of(node, first, last);
    if (call->input_grads[0])
        ls_kernels()->layer_norm_gradient(s.pixels, channels_of(node), call->inputs[0] + s.at,
                                          node->attributes.epsilon, weight_of(call),
                                          call->output_grad + s.at, call->accumulate[0],
                                          call->input_grads[0] + s.at);
}

/* The derivative of what is normalised is symmetric: the gradient's loop, without the weight,
 * gives the change of the output, too, which then is scaled. */
static void tangent(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_span s = ls_span_of(node, first, last);
    float *change = call->output_tangent + s.at;
    ls_kernels()->layer_norm_gradient(s.pixels, channels_of(node), call->inputs[0] + s.at,
                                      node->attributes.epsilon, NULL,
                                      call->input_tangents[0] + s.at, false, change);
    ls_kernels()->floats->affine(s.pixels, node->out.channels, change, weight_of(call), NULL, NULL,
                                 false, change);
}

/* Of a pixel: 1 / deviation, and means over its channels: of x, of x's change, of that times x', x
 * normalised, of g' = g * weight, and of g' x'. */
struct means {
    double x, inverse, x_change, normal_change, g, g_normal;
};

static double weighed(const float *g, const float *weight, int channel) {
    return weight ? (double)g[channel] * weight[channel] : (double)g[channel];
}

static struct means means_of(const struct ls_node *node, const float *x, const float *dx,
                             const float *g, const float *weight) {
    const int channels = node->out.channels;
    struct means m = {0};
    double variance = 0;
    for (int c = 0; c < channels; c++) {
        m.x += x[c];
        m.x_change += dx[c];
        m.g += weighed(g, weight, c);
    }
    m.x /= channels;
    m.x_change /= channels;
    m.g /= channels;
    for (int c = 0; c < channels; c++)
        variance += (x[c] - m.x) * (x[c] - m.x);
    m.inverse = 1 / sqrt(variance / channels + (double)node->attributes.epsilon);
    for (int c = 0; c < channels; c++) {
        const double normal = (x[c] - m.x) * m.inverse;
        m.normal_change += normal * dx[c] / channels;
        m.g_normal += weighed(g, weight, c) * normal / channels;
    }
    return m;
}

/* change += how the gradient of a pixel's x changes with x:
 * inverse * (g' - mean(g') - x' mean(g' x')), of which inverse and x' do. */
static void add_curvature(const struct ls_node *node, const float *x, const float *dx,
                          const float *g, const float *weight, float *change) {
    const int channels = node->out.channels;
    const struct means m = means_of(node, x, dx, g, weight);
    double mean = 0; /* of g' times the change of x' */
    for (int pass = 0; pass < 2; pass++)
        for (int c = 0; c < channels; c++) {
            const double normal = (x[c] - m.x) * m.inverse, scaled = weighed(g, weight, c);
            const double turned =
                (dx[c] - m.x_change - normal * m.normal_change) * m.inverse; /* of x' */
            if (pass == 0)
                mean += scaled * turned / channels;
            else
                change[c] += (float)(-m.inverse * (turned * m.g_normal + normal * mean +
                                                   m.inverse * m.normal_change *
                                                       (scaled - m.g - normal * m.g_normal)));
        }
}

static void backward_tangent(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_span s = ls_span_of(node, first, last);
    const size_t channels = channels_of(node);
    float *change = call->input_grad_tangents[0];
    if (!change)
        return;
    ls_kernels()->layer_norm_gradient(
        s.pixels, channels, call->inputs[0] + s.at, node->attributes.epsilon, weight_of(call),
        call->output_grad_tangent + s.at, call->accumulate[0], change + s.at);
    for (size_t at = s.at; at < s.at + s.pixels * channels; at += channels)
        add_curvature(node, call->inputs[0] + at, call->input_tangents[0] + at,
                      call->output_grad + at, weight_of(call), change + at);
}

const struct ls_op ls_op_fixed_layernorm = {
    .name = "layernorm",
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = ls_first_shape,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
    .backward_tangent = backward_tangent,
};

const struct ls_op ls_op_layernorm = {
    .name = "layernorm",
    .reduce_needs = LS_NEEDS_INPUTS,
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = ls_first_shape,
    .tensors = tensors,
    .forward = forward,
    .partial_size = partial_size,
    .combine_count = gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = ls_combine_channels,
    .backward = backward,
    .constant = &ls_op_fixed_layernorm,
};
