/* Rewrites a network so that operations absorb the ones behind them. */
#ifndef LANDSCAPE_ENGINE_FUSE_H
#define LANDSCAPE_ENGINE_FUSE_H

#include "landscape/network.h"

/* The nodes of a network as one engine runs them; tensors are the network's own. */
struct ls_graph {
    int node_count;
    struct ls_node *nodes; /* [node_count], topological, the last is the output; owned */
};

/* Fills *graph with the nodes that the network's output depends on, after fusion: in inference,
 * convolutions fold the batch norm behind them; in both, what can absorbs an addition and a ReLU
 * (the op's *_fusions say so). A node is absorbed only if its producer has no other consumer. Free
 * graph->nodes with free(). */
enum ls_status ls_fuse(const struct ls_network *network, bool training, struct ls_graph *graph,
                       struct ls_error *error);

#endif
