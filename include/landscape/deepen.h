/* The construction: a deeper network that computes what a shallower one does. */
#ifndef LANDSCAPE_DEEPEN_H
#define LANDSCAPE_DEEPEN_H

#include "landscape/checkpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a model of `arch` that computes exactly, up to rounding, what the shallower model does (He
 * et al. 2016, section 1). Tensors of one name are copied. The layers that the shallower network
 * does not have are made to pass their input on: convolutions get identity kernels; batch norms
 * undo themselves (weight = sqrt(variance + epsilon), bias = mean), with the mean and variance of a
 * rectified normal distribution where the activations behind the shallower network's batch norm
 * have it in training, so that training goes on from nearly the same function; and ReLU does no
 * harm to what is not negative. A block with a skip connection gets its initial values of `seed`,
 * and 0 for scale and shift of its last batch norm. LS_MISMATCH names the first layer that cannot
 * be made so. Free with ls_model_free. */
enum ls_status ls_model_deepen(struct ls_model *deeper, const struct ls_model *model,
                               const char *arch, uint64_t seed, struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
