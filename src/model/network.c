#include "landscape/network.h"
#include "landscape/rng.h"
#include "model/build.h"
#include "model/onnx_network.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ls_family *const families[] = {&ls_resnets, &ls_vggs, &ls_densenets,
                                                   &ls_highways, &ls_unets};

/* A family member with or without its skips. */
struct choice {
    const struct ls_architecture *architecture; /* NULL: there is none */
    bool skips;
};

static const char *name_of(struct choice choice) {
    return choice.skips ? choice.architecture->name : choice.architecture->plain;
}

/* The i-th of all. */
static struct choice choice_at(int i) {
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (int m = 0; m < families[f]->count; m++) {
            const struct ls_architecture *member = &families[f]->members[m];
            if (i-- == 0)
                return (struct choice){member, true};
            if (member->plain && i-- == 0)
                return (struct choice){member, false};
        }
    return (struct choice){0};
}

const char *ls_arch_name(int i) {
    const struct choice choice = choice_at(i);
    return choice.architecture ? name_of(choice) : NULL;
}

/* That of the plain name; its architecture is NULL if there is none. */
static struct choice choice_called(const char *name) {
    struct choice choice;
    for (int i = 0; (choice = choice_at(i)).architecture; i++)
        if (strcmp(name, name_of(choice)) == 0)
            break;
    return choice;
}

bool ls_arch_title(const char *arch, char *text, size_t size) {
    struct ls_variant variant;
    if (ls_onnx_recognise(arch)) {
        const char *slash = strrchr(arch, '/'), *name = slash ? slash + 1 : arch;
        snprintf(text, size, "%.*s", (int)(strrchr(name, '.') - name), name);
        return true;
    }
    if (ls_variant_parse(&variant, arch, NULL))
        return false;
    const struct choice choice = choice_called(variant.name);
    if (!choice.architecture)
        return false;
    snprintf(text, size, "%s%s", choice.architecture->title,
             choice.skips ? "" : " without skip connections");
    return true;
}

/* Whether the names are the same but for case, '_' and '-'. */
static bool alike(const char *a, const char *b) {
    static const char joints[] = "_-";
    for (;; a++, b++) {
        a += strspn(a, joints);
        b += strspn(b, joints);
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
    }
}

/* The known name that this one may be meant for, or NULL. */
static const char *meant(const char *called) {
    int i = 0;
    while (ls_arch_name(i) && !alike(called, ls_arch_name(i)))
        i++;
    return ls_arch_name(i);
}

static enum ls_status unknown(const char *called, struct ls_error *error) {
    const char *name = meant(called);
    return ls_fail(error, LS_BAD_ARGUMENT,
                   "unknown architecture '%s'%s%s%s 'landscape train --arch list' prints all",
                   called, name ? "; did you mean " : ";", name ? name : "", name ? "?" : "");
}

enum ls_status ls_arch_check(const char *arch, struct ls_error *error) {
    struct ls_variant variant;
    struct ls_network network;
    if (ls_onnx_recognise(arch)) {
        const enum ls_status status = ls_onnx_network_read(&network, arch, error);
        if (!status)
            ls_network_free(&network);
        return status;
    }
    const enum ls_status status = ls_variant_parse(&variant, arch, error);
    if (status || choice_called(variant.name).architecture)
        return status;
    return unknown(variant.name, error);
}

enum ls_status ls_network_create(struct ls_network *network, const char *arch,
                                 struct ls_error *error) {
    struct ls_variant variant;
    memset(network, 0, sizeof *network);
    if (ls_onnx_recognise(arch))
        return ls_onnx_network_read(network, arch, error);
    const enum ls_status status = ls_variant_parse(&variant, arch, error);
    if (status)
        return status;
    const struct choice choice = choice_called(variant.name);
    struct ls_error reason;
    struct ls_builder builder = {
        .network = network, .image = variant.image, .classes = variant.classes, .error = &reason};
    if (!choice.architecture)
        return unknown(variant.name, error);
    snprintf(network->arch, sizeof network->arch, "%s", arch);
    choice.architecture->build(&builder, choice.architecture, choice.skips);
    if (!builder.status)
        return LS_OK;
    ls_network_free(network);
    return ls_fail(error, builder.status, "%s: %s", arch, reason.message);
}

void ls_network_free(struct ls_network *network) {
    for (int c = 0; c < network->constant_count; c++)
        free(network->constants[c]);
    free(network->constants);
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
