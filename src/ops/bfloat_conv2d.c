/* Convolution in training, on activations in bfloat16, by the kernels for matrix tiles. A chunk of
 * images is laid out in tiles, where it stays in the cache: forward with a border; backward with
 * the rows and columns that the stride passed over filled in by zeros, which makes the gradient of
 * the input a convolution of stride 1 (Dumoulin and Visin 2016, section 4). */
#include "base/alloc.h"
#include "kernels/kernels.h"
#include "kernels/tile_conv.h"
#include "ops/conv2d.h"
#include <string.h>

/* packed = this, the weights of both convolutions */
struct plan {
    struct ls_conv conv;
    struct ls_tile_conv forward, adjoint;
    size_t adjoint_at, end; /* bytes into packed */
};

/* The kernels write 16 channels at a time. */
static bool has_adjoint(const struct ls_conv *conv) {
    return conv->in >= LS_TILE_COLUMNS;
}

static int border(int padding) {
    return padding > 1 ? padding : 1; /* one for values that meet no weight */
}

static void finish_plan(struct ls_tile_conv *c) {
    c->images = c->x.interleave > c->y.interleave ? c->x.interleave : c->y.interleave;
    ls_tile_conv_plan(c);
}

static struct plan plan_of(const struct ls_node *node) {
    struct plan p = {.conv = ls_conv2d_of(node)};
    const struct ls_conv *c = &p.conv;
    struct ls_tile_conv *f = &p.forward, *a = &p.adjoint;
    f->kernel = a->kernel = c->kernel;
    f->stride = c->stride;
    f->padding = c->padding;
    f->x = ls_tiles_layout(c->in_height, c->in_width, c->in, border(c->padding), 1);
    f->y = f->residual = ls_tiles_layout(c->out_height, c->out_width, c->out, 0, 1);
    a->stride = 1;
    a->padding = c->kernel - 1 - c->padding;
    a->x = ls_tiles_layout(c->in_height + 2 * c->padding - c->kernel + 1,
                           c->in_width + 2 * c->padding - c->kernel + 1, c->out, border(a->padding),
                           1);
    a->y = ls_tiles_layout(c->in_height, c->in_width, c->in, 0, 1);
    a->residual = ls_tiles_layout(c->in_height, c->in_width, c->in, 1, 1);
    finish_plan(f);
    finish_plan(a);
    p.adjoint_at = ls_align_bytes(sizeof p) + ls_tile_conv_packed_bytes(f);
    p.end = p.adjoint_at + (has_adjoint(c) ? ls_tile_conv_packed_bytes(a) : 0);
    return p;
}

/* Nobody asks for the gradient of the images. */
static bool suits(const struct ls_node *node) {
    const struct ls_conv conv = ls_conv2d_of(node);
    return conv.out >= LS_TILE_COLUMNS && (has_adjoint(&conv) || node->input[0] == 0);
}

static size_t packed_size(const struct ls_node *node, bool training) {
    (void)training;
    return ls_align_bytes(plan_of(node).end) / sizeof(float);
}

/* The weights behind the plan, of one convolution or the other. */
static void *weights_at(const struct ls_call *call, size_t at) {
    return (char *)call->packed + at;
}

static void pack_weights(const struct ls_tile_conv *c, const struct ls_filters *filters,
                         const float *bias, void *packed) {
    const struct ls_tile_weights weights = ls_tile_weights_of(c, packed);
    for (int o = 0; o < c->y.channels; o++) {
        weights.scale[o] = 1;
        weights.bias[o] = bias ? bias[o] : 0;
    }
    ls_tile_conv_pack(c, filters, packed);
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const struct plan plan = plan_of(node);
    const struct ls_filters filters = ls_filters_of(&plan.conv, values[0]);
    const struct ls_filters adjoint = ls_filters_adjoint(&plan.conv, values[0]);
    char *at = (char *)packed;
    (void)training;
    memcpy(packed, &plan, sizeof plan);
    pack_weights(&plan.forward, &filters, node->attributes.bias ? values[1] : NULL,
                 at + ls_align_bytes(sizeof plan));
    if (has_adjoint(&plan.conv))
        pack_weights(&plan.adjoint, &adjoint, NULL, at + plan.adjoint_at);
}

/* Scratch memory of a convolution: x, y, residual. */
static size_t scratch_bytes(const struct ls_tile_conv *c) {
    return ls_tiles_bytes(&c->x, c->images) + ls_tiles_bytes(&c->y, c->images) +
           ls_tiles_bytes(&c->residual, c->images);
}

static size_t scratch_size(const struct ls_node *node, bool training) {
    const struct plan p = plan_of(node);
    const size_t forward = scratch_bytes(&p.forward);
    const size_t adjoint = has_adjoint(&p.conv) ? scratch_bytes(&p.adjoint) : 0;
    const size_t grad = ls_tile_grad_plan(&p.conv, node->out_storage.images).bytes;
    const size_t most = forward > adjoint ? forward : adjoint;
    (void)training;
    return (most > grad ? most : grad) / sizeof(float);
}

/* y[images] = x[images] convolved, plus what y holds if `add`; no more images than planned. */
static void convolve_group(const struct ls_tile_conv *c, void *packed, int images, int height,
                           int width, int step, const uint16_t *x, bool add, uint16_t *y,
                           void *scratch) {
    char *x_tiles = scratch, *y_tiles = x_tiles + ls_tiles_bytes(&c->x, c->images);
    char *added = y_tiles + ls_tiles_bytes(&c->y, c->images);
    const bool plain = ls_tiles_plain(&c->y) && images == c->images;
    ls_tiles_from_bfloats(&c->x, images, height, width, step, x, x_tiles);
    if (add)
        ls_tiles_from_bfloats(&c->residual, images, c->y.height, c->y.width, 1, y, added);
    ls_tile_kernels()->conv_forward(c, packed, x_tiles, add ? added : NULL, false,
                                    plain ? (void *)y : y_tiles);
    if (!plain)
        ls_tiles_to_bfloats(&c->y, images, y_tiles, y);
}

/* The same of any number, few at a time, which stay in the first cache. */
static void convolve(const struct ls_tile_conv *c, void *packed, int images, int height, int width,
                     int step, const uint16_t *x, bool add, uint16_t *y, void *scratch) {
    const size_t in = (size_t)height * (size_t)width * (size_t)c->x.channels;
    const size_t out = (size_t)c->y.height * (size_t)c->y.width * (size_t)c->y.channels;
    for (int i = 0; i < images; i += c->images) {
        const int group = images - i < c->images ? images - i : c->images;
        convolve_group(c, packed, group, height, width, step, x + in * (size_t)i, add,
                       y + out * (size_t)i, scratch);
    }
}

/* Where image `first` of an activation begins. */
static uint16_t *image(const float *activation, struct ls_shape shape, int first) {
    void *values = (void *)activation;
    return (uint16_t *)values + ls_shape_size(shape) * (size_t)first;
}

static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    struct plan plan;
    memcpy(&plan, call->packed, sizeof plan);
    convolve(&plan.forward, weights_at(call, ls_align_bytes(sizeof plan)), last - first,
             node->in[0].height, node->in[0].width, 1, image(call->inputs[0], node->in[0], first),
             false, image(call->output, node->out, first), call->scratch);
}

/* bias_grad[channels] = the sum of y_grad over the pixels. */
static void sum_pixels(size_t pixels, int channels, const uint16_t *y_grad, float *bias_grad) {
    for (int c = 0; c < channels; c++)
        bias_grad[c] = 0;
    for (size_t p = 0; p < pixels; p++, y_grad += channels)
        for (int c = 0; c < channels; c++)
            bias_grad[c] += ls_float_of(y_grad[c]);
}

static void backward_reduce(const struct ls_call *call, int first, int last, void *partial) {
    const struct ls_node *node = call->node;
    const int images = last - first, channels = node->out.channels;
    const uint16_t *y_grad = image(call->output_grad, node->out, first);
    float *grad = partial;
    struct plan plan;
    memcpy(&plan, call->packed, sizeof plan);
    ls_tile_kernels()->weight_grad(&plan.conv, images, image(call->inputs[0], node->in[0], first),
                                   y_grad, grad, call->scratch);
    if (node->attributes.bias)
        sum_pixels((size_t)node->out.height * node->out.width * (size_t)images, channels, y_grad,
                   grad + ls_conv2d_gradient_count(node, true) - channels);
}

static void backward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    struct plan plan;
    if (!call->input_grads[0])
        return;
    memcpy(&plan, call->packed, sizeof plan);
    convolve(&plan.adjoint, weights_at(call, plan.adjoint_at), last - first, node->out.height,
             node->out.width, node->attributes.stride, image(call->output_grad, node->out, first),
             call->accumulate[0], image(call->input_grads[0], node->in[0], first), call->scratch);
}

const struct ls_op ls_op_bfloat_conv2d = {
    .name = "conv2d in bfloat16",
    .suits = suits,
    .reduce_needs = LS_NEEDS_INPUTS,
    .takes_bfloats = true,
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
