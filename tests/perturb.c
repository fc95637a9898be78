#include "perturb.h"
#include "landscape/rng.h"

void perturb_model(struct ls_model *model, uint64_t seed) {
    for (int t = 0; t < model->network.tensor_count; t++) {
        const struct ls_tensor *tensor = &model->network.tensors[t];
        const struct ls_rng rng = {seed, LS_RNG_TEST, (uint32_t)t, 0};
        for (size_t i = 0; i < tensor->count && tensor->rank == 1; i++)
            model->values[tensor->offset + i] += (float)(0.6 * (ls_rng_uniform(&rng, i) - 0.5));
    }
}
