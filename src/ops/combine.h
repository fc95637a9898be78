/* Gradients of weights, summed over the chunks of a batch. */
#ifndef LANDSCAPE_OPS_COMBINE_H
#define LANDSCAPE_OPS_COMBINE_H

#include "ops/op.h"

/* The numbers begin .. end-1 of a layer's gradients, as ls_op.backward_combine: of the first
 * tensor, whose `weights` numbers are in the layer's own order, and behind it of the bias, if there
 * is one. store() puts the first tensor's numbers begin .. end-1, total[end - begin], where they
 * belong in PyTorch's order. */
void ls_combine_weights(const struct ls_call *call, const void *partials, int chunks, size_t stride,
                        size_t begin, size_t end, size_t weights,
                        void (*store)(const struct ls_node *node, const float *total, size_t begin,
                                      size_t end, float *grad));

/* ls_op.backward_combine of operations with a number for each channel in one tensor or two, whose
 * gradients the partials are, one behind the other. */
void ls_combine_channels(const struct ls_call *call, const void *partials, int chunks,
                         size_t stride, size_t begin, size_t end);

/* ls_op.backward_combine of operations with one tensor, whose gradient the partials are. */
void ls_combine_tensor(const struct ls_call *call, const void *partials, int chunks, size_t stride,
                       size_t begin, size_t end);

#endif
