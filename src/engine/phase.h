/* The phases of training that an operation goes through, run on a chunk of images. */
#ifndef LANDSCAPE_ENGINE_PHASE_H
#define LANDSCAPE_ENGINE_PHASE_H

#include "engine/fuse.h"
#include "landscape/precision.h"
#include "ops/op.h"

enum ls_phase { LS_REDUCE, LS_FORWARD, LS_LOSS, LS_BACKWARD_REDUCE, LS_BACKWARD };

/* Which activations of its node a phase reads or writes, as LS_NEEDS_*. */
int ls_phase_needs(const struct ls_op *op, enum ls_phase phase);

/* Decides how the activations of a training step on chunks of so many images, and their gradients,
 * are stored: LS_FP32 as floats, LS_BF16 as bfloat16 but for the logits. Nodes get the operation
 * for it. */
void ls_phase_store(struct ls_graph *graph, enum ls_precision precision, int images);

/* Floats of memory that ls_phase_run needs for chunks of so many images. */
size_t ls_phase_floats(const struct ls_node *node, int images);

/* Runs any phase but LS_LOSS on images first .. last-1. An operation that does not take the node's
 * activations as they are stored works on copies in floats, made in `room`; what it computes is
 * rounded once, when it is stored. LS_BACKWARD relies on the LS_BACKWARD_REDUCE of the same images,
 * if the operation has one that it does not wait for, having been run just before with the same
 * room. */
void ls_phase_run(const struct ls_call *call, enum ls_phase phase, int first, int last,
                  void *partial, float *room);

#endif
