/* What the files about curvature share. */
#ifndef LANDSCAPE_ENGINE_CURVATURE_PARTS_H
#define LANDSCAPE_ENGINE_CURVATURE_PARTS_H

#include "engine/backprop.h"
#include "engine/curvature.h"
#include "ops/op.h"

enum {
    LS_CURVATURE_CHUNKS = 16, /* of a batch */
    LS_CURVATURE_BATCH = LS_CURVATURE_CHUNKS * LS_CHUNK,
};

/* Where things of a node are, in floats: of one chunk in a thread's memory, ... */
struct ls_curvature_place {
    size_t value, value_tangent; /* the output */
    size_t grad, grad_tangent;   /* its gradient */
    size_t packed;               /* ... in packed weights, */
    size_t partial;              /* ... and in the gradients of the chunks */
};

struct ls_curvature {
    const struct ls_network *network;
    struct ls_node *nodes;             /* [node_count], with constant operations */
    bool *live;                        /* [node_count] the logits depend on the node */
    bool (*accumulate)[LS_MAX_INPUTS]; /* [node_count] */
    struct ls_curvature_place *places; /* [node_count] */
    int threads;
    float *values;                            /* [value_count] the point, ... */
    float *weights;                           /* ... without the operations' biases */
    float *direction;                         /* [value_count] the vector: 0 but for the weights */
    float *packed_weights, *packed_direction; /* [packed_total] */
    float *partials;                          /* [LS_CURVATURE_CHUNKS][partial_total] */
    float *gradient;                          /* [value_count] of a batch */
    double *image_loss, *image_right;         /* [LS_CURVATURE_BATCH] */
    float *memory;       /* [threads][memory_total]: activations, then spare, then scratch */
    size_t spare_offset; /* of spare[chunk's largest output or gradient] */
    size_t scratch_offset;
    size_t packed_total, partial_total, memory_total;
};

/* Whether the operation has weights: tensor 0, and if attributes.bias says so a bias, tensor 1. */
static inline bool ls_weighted(const struct ls_node *node) {
    return node->op->backward_reduce != NULL;
}

/* Floats of the gradient of a node's weights, of one chunk. */
static inline size_t ls_partial_floats(const struct ls_node *node) {
    return ls_weighted(node) ? node->op->partial_size(node, true) / sizeof(float) : 0;
}

#endif
