/* Group norm over the pixels and channels of each group of an image (Wu and He 2018), with
 * PyTorch's conventions:
 *   y = (x - mean) / sqrt(var + epsilon) * weight + bias, var biased
 * With a group for each channel it is instance norm (Ulyanov et al. 2016). The loops are batch
 * norm's, over one image at a time; what a group's channels share is written for each of them. */
#include "kernels/kernels.h"
#include "ops/combine.h"
#include <math.h>
#include <string.h>

enum { WEIGHT, BIAS };

static int tensors(const struct ls_node *node, struct ls_tensor_spec *spec) {
    const int c = node->in[0].channels;
    spec[WEIGHT] = (struct ls_tensor_spec){"weight", LS_PARAMETER, 1, {c}, LS_INIT_CONSTANT, 1};
    spec[BIAS] = (struct ls_tensor_spec){"bias", LS_PARAMETER, 1, {c}, LS_INIT_CONSTANT, 0};
    return node->attributes.unweighted ? 0 : 2;
}

/* scratch = rows of a number for each channel of an image, x. In float: coefficients; in double:
 * its group's mean and 1 / deviation; sums over pixels of v and of v * x', x' normalised, for the
 * output's gradient or for a change of x; of the products of both. */
enum { A, B, C, D, COEFFICIENTS };
enum { MEAN, INVERSE, SUM, DOT, OTHER_SUM, OTHER_DOT, PRODUCT, UNUSED, ROWS };

static size_t scratch_size(const struct ls_node *node, bool training) {
    (void)training;
    return (ROWS * sizeof(double) / sizeof(float) + COEFFICIENTS) * (size_t)node->out.channels;
}

static double *row(const struct ls_call *call, int number) {
    const int channels = call->node->out.channels;
    return (double *)(void *)(call->scratch + COEFFICIENTS * channels) + number * channels;
}

static float *coefficients(const struct ls_call *call, int number) {
    return call->scratch + number * call->node->out.channels;
}

static int pixels_of(const struct ls_node *node) {
    return node->out.height * node->out.width;
}

static double *cleared(double *numbers, int count) {
    for (int i = 0; i < count; i++)
        numbers[i] = 0;
    return numbers;
}

/* Sums over pixels become means over the group. */
static void share(const struct ls_node *node, double *numbers) {
    const int members = node->out.channels / node->attributes.groups;
    const double count = (double)members * pixels_of(node);
    for (double *group = numbers; group < numbers + node->out.channels; group += members) {
        double sum = 0;
        for (int c = 0; c < members; c++)
            sum += group[c];
        for (int c = 0; c < members; c++)
            group[c] = sum / count;
    }
}

static void find_statistics(const struct ls_call *call, const float *x) {
    const struct ls_node *node = call->node;
    const int channels = node->out.channels;
    double *mean = cleared(row(call, MEAN), channels),
           *inverse = cleared(row(call, INVERSE), channels);
    ls_kernels()->floats->moments((size_t)pixels_of(node), channels, x, mean, inverse);
    share(node, mean);
    share(node, inverse);
    for (int c = 0; c < channels; c++) {
        double variance = inverse[c] - mean[c] * mean[c];
        variance = variance < 0 ? 0 : variance; /* rounding only; not a number stays one */
        inverse[c] = 1 / sqrt(variance + (double)node->attributes.epsilon);
    }
}

/* Rows `sum` and `sum` + 1 = the sums over pixels of v and of v x'. */
static void find_sums(const struct ls_call *call, const float *x, const float *v, int sum) {
    const struct ls_node *node = call->node;
    const int channels = node->out.channels;
    const double *mean = row(call, MEAN), *inverse = row(call, INVERSE);
    double *sums = cleared(row(call, sum), 2 * channels), *dots = sums + channels;
    ls_kernels()->floats->gradient_moments((size_t)pixels_of(node), channels, x, NULL, v, sums,
                                           dots);
    for (int c = 0; c < channels; c++)
        dots[c] = (dots[c] - mean[c] * sums[c]) * inverse[c];
}

static double weight_of(const struct ls_call *call, int channel) {
    return call->node->attributes.unweighted ? 1 : call->tensors[WEIGHT][channel];
}

static void weigh(const struct ls_call *call, double *numbers) {
    for (int c = 0; c < call->node->out.channels; c++)
        numbers[c] *= weight_of(call, c);
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const size_t size = ls_shape_size(node->out);
    const double *mean = row(call, MEAN), *inverse = row(call, INVERSE);
    float *scale = coefficients(call, A), *shift = coefficients(call, B);
    for (size_t at = size * (size_t)first; at < size * (size_t)last; at += size) {
        find_statistics(call, call->inputs[0] + at);
        for (int c = 0; c < node->out.channels; c++) {
            const double factor = weight_of(call, c) * inverse[c];
            const double bias = node->attributes.unweighted ? 0 : call->tensors[BIAS][c];
            scale[c] = (float)factor;
            shift[c] = (float)(bias - mean[c] * factor);
        }
        ls_kernels()->floats->affine((size_t)pixels_of(node), node->out.channels,
                                     call->inputs[0] + at, scale, shift, NULL, false,
                                     call->output + at);
    }
}

/* partial = [channels] of the weight's gradient, then [channels] of the bias's */
static size_t gradient_count(const struct ls_node *node, bool backward) {
    return backward && !node->attributes.unweighted ? 2 * (size_t)node->out.channels : 0;
}

static size_t partial_size(const struct ls_node *node, bool backward) {
    return gradient_count(node, backward) * sizeof(float);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_node *node = call->node;
    const size_t size = ls_shape_size(node->out);
    const int channels = node->out.channels;
    float *grad = partial;
    if (node->attributes.unweighted)
        return;
    memset(grad, 0, partial_size(node, true));
    for (size_t at = size * (size_t)first; at < size * (size_t)last; at += size) {
        find_statistics(call, call->inputs[0] + at);
        find_sums(call, call->inputs[0] + at, call->output_grad + at, SUM);
        for (int c = 0; c < channels; c++) {
            grad[c] += (float)row(call, DOT)[c];
            grad[channels + c] += (float)row(call, SUM)[c];
        }
    }
}

/* result (= or +=) inverse * (g' - mean(g') - x' mean(g' x')), g' = g * weight: how the output's
 * gradient g becomes the input's. Of a change g of the input it is, weighed at the end instead,
 * that of the output. */
static void differentiate(const struct ls_call *call, const float *x, const float *g,
                          bool weighed_last, bool add, float *result) {
    const int channels = call->node->out.channels;
    const double *mean = row(call, MEAN), *inverse = row(call, INVERSE);
    double *sum = row(call, SUM), *dot = row(call, DOT);
    float *a = coefficients(call, A), *b = coefficients(call, B), *c = coefficients(call, C);
    find_sums(call, x, g, SUM);
    if (!weighed_last) {
        weigh(call, sum);
        weigh(call, dot);
    }
    share(call->node, sum);
    share(call->node, dot);
    for (int i = 0; i < channels; i++) {
        const double slope = inverse[i] * inverse[i] * dot[i],
                     last = weighed_last ? weight_of(call, i) : 1;
        a[i] = (float)(inverse[i] * weight_of(call, i));
        b[i] = (float)(-slope * last);
        c[i] = (float)((slope * mean[i] - inverse[i] * sum[i]) * last);
    }
    ls_kernels()->floats->gradient_affine((size_t)pixels_of(call->node), channels, x, NULL, g, a, b,
                                          c, result, add, NULL, false);
}

static void backward(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    float *x_grad = call->input_grads[0];
    for (size_t at = size * (size_t)first; x_grad && at < size * (size_t)last; at += size) {
        find_statistics(call, call->inputs[0] + at);
        differentiate(call, call->inputs[0] + at, call->output_grad + at, false,
                      call->accumulate[0], x_grad + at);
    }
}

static void tangent(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    for (size_t at = size * (size_t)first; at < size * (size_t)last; at += size) {
        find_statistics(call, call->inputs[0] + at);
        differentiate(call, call->inputs[0] + at, call->input_tangents[0] + at, true, false,
                      call->output_tangent + at);
    }
}

/* change += how inverse * (g' - mean(g') - x' mean(g' x')) changes with x, by dx: x' by
 *   t = inverse * (dx - mean(dx) - x' mean(x' dx))
 * and inverse by -inverse^2 mean(x' dx), together
 *   -inverse * (t mean(g' x') + x' mean(g' t) + inverse mean(x' dx) (g' - mean(g') - x' mean(g'
 * x'))), a sum of dx, g, x and 1 with coefficients for each channel. */
static void add_curvature(const struct ls_call *call, const float *x, const float *dx,
                          const float *g, float *change) {
    const struct ls_node *node = call->node;
    const int channels = node->out.channels;
    const size_t pixels = (size_t)pixels_of(node);
    float *a = coefficients(call, A), *b = coefficients(call, B), *c = coefficients(call, C),
          *d = coefficients(call, D);
    double *product = cleared(row(call, PRODUCT), 2 * channels);
    find_sums(call, x, g, SUM);
    find_sums(call, x, dx, OTHER_SUM);
    ls_kernels()->floats->gradient_moments(pixels, channels, dx, NULL, g, row(call, UNUSED),
                                           product);
    for (int r = SUM; r <= PRODUCT; r++) {
        if (r != OTHER_SUM && r != OTHER_DOT)
            weigh(call, row(call, r));
        share(node, row(call, r));
    }
    for (int i = 0; i < channels; i++) {
        const double mean = row(call, MEAN)[i], inverse = row(call, INVERSE)[i];
        const double g_mean = row(call, SUM)[i], g_normal = row(call, DOT)[i];
        const double dx_mean = row(call, OTHER_SUM)[i], dx_normal = row(call, OTHER_DOT)[i];
        const double g_turn = inverse * (product[i] - g_mean * dx_mean - g_normal * dx_normal);
        const double of_normal = -inverse * (g_turn - 2 * inverse * dx_normal * g_normal);
        a[i] = (float)(-inverse * inverse * dx_normal * weight_of(call, i));
        b[i] = (float)(of_normal * inverse);
        c[i] = (float)(inverse * inverse * (dx_mean * g_normal + dx_normal * g_mean) -
                       of_normal * inverse * mean);
        d[i] = (float)(-inverse * inverse * g_normal);
    }
    ls_kernels()->floats->gradient_affine(pixels, channels, x, NULL, g, a, b, c, change, true, NULL,
                                          false);
    ls_kernels()->floats->affine(pixels, channels, dx, d, NULL, change, false, change);
}

static void backward_tangent(const struct ls_call *call, int first, int last) {
    const size_t size = ls_shape_size(call->node->out);
    float *change = call->input_grad_tangents[0];
    for (size_t at = size * (size_t)first; change && at < size * (size_t)last; at += size) {
        const float *x = call->inputs[0] + at;
        find_statistics(call, x);
        differentiate(call, x, call->output_grad_tangent + at, false, call->accumulate[0],
                      change + at);
        add_curvature(call, x, call->input_tangents[0] + at, call->output_grad + at, change + at);
    }
}

const struct ls_op ls_op_fixed_groupnorm = {
    .name = "groupnorm",
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = ls_grouped_shape,
    .scratch_size = scratch_size,
    .forward = forward,
    .backward = backward,
    .tangent = tangent,
    .backward_tangent = backward_tangent,
};

const struct ls_op ls_op_groupnorm = {
    .name = "groupnorm",
    .reduce_needs = LS_NEEDS_INPUTS,
    .backward_needs = LS_NEEDS_INPUTS,
    .shape = ls_grouped_shape,
    .tensors = tensors,
    .scratch_size = scratch_size,
    .forward = forward,
    .partial_size = partial_size,
    .combine_count = gradient_count,
    .backward_reduce = backward_reduce,
    .backward_combine = ls_combine_channels,
    .backward = backward,
    .constant = &ls_op_fixed_groupnorm,
};
