#include "ops/fold.h"
#include <math.h>

struct ls_fold ls_fold(const struct ls_node *node, float *const *values, int out) {
    const bool bias = node->attributes.bias;
    struct ls_fold fold = {.scale = 1, .shift = bias ? values[1][out] : 0};
    if (node->attributes.fused_batchnorm) {
        float *const *norm = values + (bias ? 2 : 1);
        fold.scale = norm[0][out] / sqrt((double)norm[3][out] + node->attributes.epsilon);
        fold.shift = norm[1][out] + (fold.shift - norm[2][out]) * fold.scale;
    }
    return fold;
}
