/* How many images go through a node of an inference plan at a time. */
#ifndef LANDSCAPE_ENGINE_GROUP_H
#define LANDSCAPE_ENGINE_GROUP_H

#include "engine/fuse.h"

/* Sets every output's storage.images: `least`, doubled while the activations that the node and all
 * behind it work on stay in the second cache. Early nodes, whose images are large, run for few of
 * them; late ones, whose weights are large, run once for several groups of these. */
void ls_group(struct ls_graph *graph, int least);

#endif
