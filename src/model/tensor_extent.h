/* The extent of a network's tensor, to compare with what a file holds. */
#ifndef LANDSCAPE_MODEL_TENSOR_EXTENT_H
#define LANDSCAPE_MODEL_TENSOR_EXTENT_H

#include "base/extent.h"
#include "landscape/network.h"

struct ls_extent ls_tensor_extent(const struct ls_tensor *tensor);

#endif
