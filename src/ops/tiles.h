/* Operations on activations in bfloat16 tiles (kernels/tiles.h), for inference. */
#ifndef LANDSCAPE_OPS_TILES_H
#define LANDSCAPE_OPS_TILES_H

#include "kernels/tiles.h"
#include "ops/op.h"

extern const struct ls_op ls_op_tiles_from_floats;
extern const struct ls_op ls_op_floats_from_tiles;
extern const struct ls_op ls_op_tiled_conv2d; /* as ls_op_conv2d, from tiles to tiles */

/* The layout of activations of this shape, stored so. */
struct ls_tiles ls_tiles_of(struct ls_shape shape, struct ls_storage storage);

#endif
