#include "model/tensor_extent.h"

struct ls_extent ls_tensor_extent(const struct ls_tensor *tensor) {
    struct ls_extent extent = {.rank = tensor->rank};
    for (int i = 0; i < tensor->rank; i++)
        extent.size[i] = tensor->size[i];
    return extent;
}
