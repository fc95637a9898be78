/* Convolution in bfloat16 tiles, with everything behind it that ls_op_conv2d can absorb. */
#include "base/alloc.h"
#include "kernels/tile_conv.h"
#include "ops/conv2d.h"
#include "ops/fold.h"
#include "ops/tiles.h"
#include <string.h>

static struct ls_tile_conv conv_of(const struct ls_node *node) {
    const struct ls_attributes *attributes = &node->attributes;
    struct ls_tile_conv conv = {.images = node->out_storage.images,
                                .x = ls_tiles_of(node->in[0], node->in_storage[0]),
                                .y = ls_tiles_of(node->out, node->out_storage),
                                .kernel = attributes->kernel,
                                .stride = attributes->stride,
                                .padding = attributes->padding};
    conv.residual = attributes->fused_residual
                        ? ls_tiles_of(node->out, node->in_storage[node->input_count - 1])
                        : conv.y;
    ls_tile_conv_plan(&conv);
    return conv;
}

/* The kernels write 16 channels at a time. */
static bool suits(const struct ls_node *node) {
    return node->out.channels >= LS_TILE_COLUMNS;
}

/* packed = the planned convolution, then its weights */
static size_t header_floats(void) {
    return ls_align_bytes(sizeof(struct ls_tile_conv)) / sizeof(float);
}

static size_t packed_size(const struct ls_node *node, bool training) {
    const struct ls_tile_conv conv = conv_of(node);
    (void)training;
    return header_floats() + ls_tile_conv_packed_bytes(&conv) / sizeof(float);
}

static void pack(const struct ls_node *node, bool training, float *const *values, float *packed) {
    const struct ls_tile_conv conv = conv_of(node);
    const struct ls_tile_weights weights = ls_tile_weights_of(&conv, packed + header_floats());
    (void)training;
    memcpy(packed, &conv, sizeof conv);
    for (int o = 0; o < node->out.channels; o++) {
        const struct ls_fold fold = ls_fold(node, values, o);
        weights.scale[o] = (float)fold.scale;
        weights.bias[o] = (float)fold.shift;
    }
    const struct ls_conv plain = ls_conv2d_of(node);
    const struct ls_filters filters = ls_filters_of(&plain, values[0]);
    ls_tile_conv_pack(&conv, &filters, packed + header_floats());
}

/* All images of the run at once: they are interleaved. */
static void forward(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_attributes *attributes = &node->attributes;
    struct ls_tile_conv conv;
    (void)first;
    (void)last;
    memcpy(&conv, call->packed, sizeof conv);
    ls_tile_kernels()->conv_forward(&conv, call->packed + header_floats(), call->inputs[0],
                                    attributes->fused_residual ? call->inputs[node->input_count - 1]
                                                               : NULL,
                                    attributes->fused_relu, call->output);
}

const struct ls_op ls_op_tiled_conv2d = {
    .name = "tiled conv2d",
    .suits = suits,
    .flops = ls_conv2d_flops,
    .packed_size = packed_size,
    .pack = pack,
    .forward = forward,
};
