/* Products of the Hessian of a network's mean cross-entropy with vectors, exact but for rounding:
 * how the gradient changes along the vector (Pearlmutter, "Fast Exact Multiplication by the
 * Hessian", 1994).
 *
 * As in the paper's code the Hessian is that of the weights, the tensors of two and more
 * dimensions; biases and batch norm, which is in inference mode, are constants.
 *
 * Images go through the network in chunks of LS_CHUNK, each of which has its activations, their
 * gradients, and how both change along the vector in the memory of a thread. A batch of chunks is
 * summed up in order: which thread runs which changes no bit. */
#ifndef LANDSCAPE_ENGINE_CURVATURE_H
#define LANDSCAPE_ENGINE_CURVATURE_H

#include "engine/sums.h"

struct ls_curvature;

/* Plans products for the network, which must outlive the plan, with `threads` threads (0: as many
 * as the machine has). */
enum ls_status ls_curvature_create(struct ls_curvature **curvature,
                                   const struct ls_network *network, int threads,
                                   struct ls_error *error);
void ls_curvature_free(struct ls_curvature *curvature);

/* Whether the Hessian has rows for the tensor. */
bool ls_curvature_covers(const struct ls_tensor *tensor);

/* Moves to the point values[value_count]. */
void ls_curvature_load(struct ls_curvature *curvature, const float *values);

/* product[value_count] = the Hessian of the loss over all images, at the point, times
 * vector[value_count]; values of tensors that are not covered are not read, and 0 in the product.
 * *sums = those of the images' losses. Returns false if the observer (may be NULL) asked to stop.
 */
bool ls_curvature_product(struct ls_curvature *curvature, const struct ls_dataset *dataset,
                          const float *vector, const struct ls_observer *observer, double *product,
                          struct ls_sums *sums);

#endif
