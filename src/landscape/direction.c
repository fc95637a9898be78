#include "landscape/direction_parts.h"
#include "landscape/normalise.h"
#include "landscape/rng.h"
#include <math.h>
#include <string.h>

bool ls_direction_covers(const struct ls_tensor *tensor, bool states) {
    return states || tensor->kind == LS_PARAMETER;
}

/* d[tensor->count] = the random direction of one tensor, whose values are w. */
static void random_tensor(const struct ls_tensor *tensor,
                          const struct ls_direction_options *options, const struct ls_rng *rng,
                          const float *w, float *d) {
    if (tensor->rank > 1) {
        ls_rng_normal(rng, 0, tensor->count, d);
        ls_normalise(options->norm, tensor, w, d);
    } else if (options->keep_biasbn) {
        memcpy(d, w, tensor->count * sizeof *d);
    }
}

enum ls_status ls_direction_random(const struct ls_model *model,
                                   const struct ls_direction_options *options, int axis,
                                   float *direction, struct ls_error *error) {
    const struct ls_network *network = &model->network;
    if (axis < 0)
        return ls_fail(error, LS_BAD_ARGUMENT, "there is no axis %d", axis);
    memset(direction, 0, network->value_count * sizeof *direction);
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        struct ls_rng rng = {
            .seed = options->seed,
            .purpose = LS_RNG_DIRECTION,
            .stream = (uint32_t)axis,
            .substream = (uint32_t)t,
        };
        if (ls_direction_covers(tensor, options->states))
            random_tensor(tensor, options, &rng, model->values + tensor->offset,
                          direction + tensor->offset);
    }
    return LS_OK;
}

/* LS_MISMATCH unless the networks have the same tensors. */
static enum ls_status same_tensors(const struct ls_network *from, const struct ls_network *to,
                                   struct ls_error *error) {
    bool same = from->tensor_count == to->tensor_count && from->value_count == to->value_count;
    for (int t = 0; same && t < from->tensor_count; t++)
        same = strcmp(from->tensors[t].name, to->tensors[t].name) == 0 &&
               from->tensors[t].offset == to->tensors[t].offset &&
               memcmp(from->tensors[t].size, to->tensors[t].size, sizeof to->tensors[t].size) == 0;
    if (same)
        return LS_OK;
    return ls_fail(error, LS_MISMATCH, "no direction leads from a %s to a %s: their tensors differ",
                   from->arch, to->arch);
}

enum ls_status ls_direction_load(struct ls_model *target, const struct ls_model *model,
                                 const char *path, struct ls_error *error) {
    return model->network.node_count > 0
               ? ls_model_load(target, path, model->network.arch, error)
               : ls_model_load_tensors(target, path, &model->network, error);
}

enum ls_status ls_direction_between(const struct ls_model *model, const struct ls_model *target,
                                    bool states, float *direction, bool *same,
                                    struct ls_error *error) {
    const struct ls_network *network = &model->network;
    enum ls_status status = same_tensors(network, &target->network, error);
    if (status)
        return status;
    *same = true;
    memset(direction, 0, network->value_count * sizeof *direction);
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (!ls_direction_covers(tensor, states))
            continue;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            direction[i] = target->values[i] - model->values[i];
            *same = *same && direction[i] == 0;
            if (!isfinite(direction[i]))
                return ls_fail(error, LS_NOT_FINITE,
                               "the difference between the models' '%s' is not a finite number",
                               tensor->name);
        }
    }
    return LS_OK;
}

enum ls_status ls_direction_target(const struct ls_model *model, const struct ls_model *target,
                                   bool states, float *direction, struct ls_error *error) {
    bool same;
    enum ls_status status = ls_direction_between(model, target, states, direction, &same, error);
    if (!status && same)
        status = ls_fail(error, LS_MISMATCH,
                         "the two networks are the same: there is no direction between them");
    return status;
}

double ls_direction_cosine(const struct ls_network *network, const float *a, const float *b) {
    double ab = 0, aa = 0, bb = 0;
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        if (tensor->kind == LS_COUNTER)
            continue;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            ab += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }
    }
    return aa > 0 && bb > 0 ? ab / (sqrt(aa) * sqrt(bb)) : 0;
}
