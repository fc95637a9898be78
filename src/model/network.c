#include "landscape/network.h"
#include "landscape/rng.h"
#include "model/build.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every architecture by name. */
static const struct architecture {
    const char *name;
    void (*build)(struct ls_builder *builder, int depth, bool skips);
    int depth;
    bool skips;
} architectures[] = {
    {"resnet20", ls_build_resnet, 20, true},   {"resnet20-noshort", ls_build_resnet, 20, false},
    {"resnet32", ls_build_resnet, 32, true},   {"resnet32-noshort", ls_build_resnet, 32, false},
    {"resnet44", ls_build_resnet, 44, true},   {"resnet44-noshort", ls_build_resnet, 44, false},
    {"resnet56", ls_build_resnet, 56, true},   {"resnet56-noshort", ls_build_resnet, 56, false},
    {"resnet110", ls_build_resnet, 110, true}, {"resnet110-noshort", ls_build_resnet, 110, false},
};

enum { ARCHITECTURES = sizeof architectures / sizeof architectures[0] };

const char *ls_arch_name(int i) {
    return i >= 0 && i < ARCHITECTURES ? architectures[i].name : NULL;
}

static enum ls_status unknown(const char *arch, struct ls_error *error) {
    char known[512] = "";
    for (int i = 0; i < ARCHITECTURES; i++) {
        strncat(known, i ? ", " : "", sizeof known - strlen(known) - 1);
        strncat(known, architectures[i].name, sizeof known - strlen(known) - 1);
    }
    return ls_fail(error, LS_BAD_ARGUMENT, "unknown architecture '%.64s'; known are %s", arch,
                   known);
}

enum ls_status ls_network_create(struct ls_network *network, const char *arch,
                                 struct ls_error *error) {
    struct ls_builder builder = {.network = network, .error = error};
    memset(network, 0, sizeof *network);
    for (int i = 0; i < ARCHITECTURES; i++)
        if (strcmp(arch, architectures[i].name) == 0) {
            strncpy(network->arch, arch, sizeof network->arch - 1);
            architectures[i].build(&builder, architectures[i].depth, architectures[i].skips);
            if (builder.status)
                ls_network_free(network);
            return builder.status;
        }
    return unknown(arch, error);
}

void ls_network_free(struct ls_network *network) {
    free(network->nodes);
    free(network->tensors);
    memset(network, 0, sizeof *network);
}

double ls_network_flops(const struct ls_network *network) {
    double flops = 0;
    for (int n = 0; n < network->node_count; n++)
        if (network->nodes[n].op->flops)
            flops += network->nodes[n].op->flops(&network->nodes[n]);
    return flops;
}

const struct ls_tensor *ls_network_find(const struct ls_network *network, const char *name) {
    for (int t = 0; t < network->tensor_count; t++)
        if (strcmp(network->tensors[t].name, name) == 0)
            return &network->tensors[t];
    return NULL;
}

/* The factor that standard normal numbers are scaled by. */
static double initial_deviation(const struct ls_tensor *tensor) {
    if (tensor->init == LS_INIT_NORMAL)
        return tensor->init_value;
    return sqrt(2.0 * tensor->size[0] / (double)tensor->count); /* count / size[0] = fan-in */
}

void ls_network_init(const struct ls_network *network, uint64_t seed, float *values) {
    for (int t = 0; t < network->tensor_count; t++) {
        const struct ls_tensor *tensor = &network->tensors[t];
        float *value = values + tensor->offset;
        if (tensor->init == LS_INIT_CONSTANT) {
            for (size_t i = 0; i < tensor->count; i++)
                value[i] = tensor->init_value;
            continue;
        }
        struct ls_rng rng = {seed, LS_RNG_INIT, (uint32_t)t, 0};
        const double deviation = initial_deviation(tensor);
        ls_rng_normal(&rng, 0, tensor->count, value);
        for (size_t i = 0; i < tensor->count; i++)
            value[i] = (float)(value[i] * deviation);
    }
}
