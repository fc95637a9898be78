/* Normalisation of one tensor of a direction. */
#ifndef LANDSCAPE_LANDSCAPE_NORMALISE_H
#define LANDSCAPE_LANDSCAPE_NORMALISE_H

#include "landscape/direction.h"

/* Rescales d[tensor->count] against the weights w[tensor->count] of a tensor of two or more
 * dimensions. */
void ls_normalise(enum ls_norm norm, const struct ls_tensor *tensor, const float *w, float *d);

#endif
