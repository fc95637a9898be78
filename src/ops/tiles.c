#include "ops/tiles.h"

struct ls_tiles ls_tiles_of(struct ls_shape shape, struct ls_storage storage) {
    return ls_tiles_layout(shape.height, shape.width, shape.channels, storage.border,
                           storage.parts);
}

static void to_tiles(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_tiles tiles = ls_tiles_of(node->out, node->out_storage);
    (void)first;
    ls_tiles_from_floats(&tiles, last, call->inputs[0], call->output);
}

static void to_floats(const struct ls_call *call, int first, int last) {
    const struct ls_node *node = call->node;
    const struct ls_tiles tiles = ls_tiles_of(node->in[0], node->in_storage[0]);
    (void)first;
    ls_tiles_to_floats(&tiles, last, call->inputs[0], call->output);
}

const struct ls_op ls_op_tiles_from_floats = {.name = "tiles from floats", .forward = to_tiles};
const struct ls_op ls_op_floats_from_tiles = {.name = "floats from tiles", .forward = to_floats};
