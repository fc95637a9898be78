/* A model whose batch norms do more than pass through. */
#ifndef LANDSCAPE_TESTS_PERTURB_H
#define LANDSCAPE_TESTS_PERTURB_H

#include "landscape/checkpoint.h"

/* Adds uniform random numbers of `seed` in (-0.3, 0.3) to every value of tensors of one dimension:
 * biases, batch norm's scales, shifts and running statistics. */
void perturb_model(struct ls_model *model, uint64_t seed);

#endif
