/* What the layout of a plan and its workers share. */
#ifndef LANDSCAPE_ENGINE_PLAN_PARTS_H
#define LANDSCAPE_ENGINE_PLAN_PARTS_H

#include "engine/fuse.h"
#include "engine/lifetime.h"
#include "engine/plan.h"
#include "ops/op.h"

/* Where a node's outputs and weights are. */
struct place {
    int images; /* that the outputs have room for: a group of this node, or of its largest reader */
    size_t packed; /* offset in floats */
};

struct ls_plan {
    const struct ls_network *network;
    struct ls_graph graph;
    struct ls_lifetime *activations; /* [node_count] */
    struct place *places;            /* [node_count] */
    size_t activation_total, packed_total, scratch_total;
};

/* The images that go through node n at a time. */
static inline int ls_group_of(const struct ls_plan *plan, int n) {
    return plan->graph.nodes[n].out_storage.images;
}

#endif
