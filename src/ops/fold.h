/* Batch norm folded into the layer before it. */
#ifndef LANDSCAPE_OPS_FOLD_H
#define LANDSCAPE_OPS_FOLD_H

#include "landscape/network.h"

/* What an output channel is multiplied by, and what is added to it. */
struct ls_fold {
    double scale, shift;
};

/* Bias and fused batch norm of output channel `out`, from the node's values: weight, bias if it has
 * one, then batch norm's weight, bias, running mean and running variance if it is fused. */
struct ls_fold ls_fold(const struct ls_node *node, float *const *values, int out);

#endif
