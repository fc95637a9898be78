/* For operations that take activations in floats and in bfloat16 by the same code. */
#ifndef LANDSCAPE_OPS_LOOPS_H
#define LANDSCAPE_OPS_LOOPS_H

#include "kernels/kernels.h"
#include "ops/op.h"

/* The loops over the node's activations, which are all of one type. */
static inline const struct ls_elementwise *ls_loops(const struct ls_node *node) {
    return node->out_storage.format == LS_BFLOATS ? ls_bfloat_loops() : ls_kernels()->floats;
}

/* Value number `index` of activations of that type; NULL stays NULL. */
static inline void *ls_value(const struct ls_elementwise *loops, const void *activations,
                             size_t index) {
    return activations ? (char *)activations + index * loops->bytes : NULL;
}

#endif
