/* Rewrites a fused network so that what can runs in bfloat16 tiles. */
#ifndef LANDSCAPE_ENGINE_TILE_H
#define LANDSCAPE_ENGINE_TILE_H

#include "engine/fuse.h"
#include "landscape/precision.h"

/* Replaces nodes by their tiled operation where there is one, with conversions where tiles and
 * floats meet; LS_FP32 changes nothing. *images = how many images must run together. */
enum ls_status ls_tile(struct ls_graph *graph, enum ls_precision precision, int *images,
                       struct ls_error *error);

#endif
