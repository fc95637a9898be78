#include "base/alloc.h"
#include "engine/fuse.h"
#include "engine/group.h"
#include "engine/lifetime.h"
#include "engine/plan_parts.h"
#include "engine/tile.h"
#include "kernels/gemm.h"
#include <stdlib.h>

/* Finds how many images every output has room for, and how long it is alive: what a larger group
 * reads, while smaller groups run, one after the other. */
static void lay_out_activations(struct ls_plan *plan) {
    const int count = plan->graph.node_count;
    for (int n = 0; n < count; n++) {
        const struct ls_node *node = &plan->graph.nodes[n];
        plan->places[n].images = ls_group_of(plan, n);
        plan->activations[n] = (struct ls_lifetime){.first = n, .last = n};
        for (int i = 0; i < node->input_count; i++) {
            const int input = node->input[i];
            plan->activations[input].last = n;
            plan->places[input].images = ls_group_of(plan, n); /* never less than before */
        }
    }
    for (int n = 0; n < count; n++) {
        plan->activations[n].size = ls_output_floats(&plan->graph.nodes[n], plan->places[n].images);
        if (plan->places[n].images > ls_group_of(plan, n))
            plan->activations[n].first = 0;
    }
    plan->activation_total = ls_plan_memory(plan->activations, count);
}

static void lay_out(struct ls_plan *plan) {
    lay_out_activations(plan);
    for (int n = 0; n < plan->graph.node_count; n++) {
        const struct ls_node *node = &plan->graph.nodes[n];
        plan->places[n].packed = plan->packed_total;
        if (node->op->packed_size)
            plan->packed_total += ls_align_floats(node->op->packed_size(node, false));
        size_t scratch = node->op->scratch_size ? node->op->scratch_size(node, false) : 0;
        plan->scratch_total = scratch > plan->scratch_total ? scratch : plan->scratch_total;
    }
}

/* What is known by its tensors alone can be evaluated by others only. */
static enum ls_status unknown_network(const struct ls_network *network, struct ls_error *error) {
    return ls_fail(error, LS_BAD_ARGUMENT, "what the network '%s' computes is not known",
                   network->arch);
}

enum ls_status ls_plan_create(struct ls_plan **result, const struct ls_network *network,
                              enum ls_precision precision, struct ls_error *error) {
    if (network->node_count == 0)
        return unknown_network(network, error);
    struct ls_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return ls_fail_memory(error, "an inference plan");
    plan->network = network;
    int least;
    enum ls_status status = ls_fuse(network, false, &plan->graph, error);
    if (!status)
        status = ls_tile(&plan->graph, precision, &least, error);
    if (!status) {
        const size_t count = (size_t)plan->graph.node_count;
        plan->activations = calloc(count, sizeof *plan->activations);
        plan->places = calloc(count, sizeof *plan->places);
        if (!plan->activations || !plan->places)
            status = ls_fail_memory(error, "an inference plan");
    }
    if (status) {
        ls_plan_free(plan);
        return status;
    }
    ls_gemm_single_threaded();
    ls_group(&plan->graph, least);
    lay_out(plan);
    *result = plan;
    return LS_OK;
}

void ls_plan_free(struct ls_plan *plan) {
    if (!plan)
        return;
    free(plan->graph.nodes);
    free(plan->activations);
    free(plan->places);
    free(plan);
}

const struct ls_graph *ls_plan_graph(const struct ls_plan *plan) {
    return &plan->graph;
}

int ls_plan_images(const struct ls_plan *plan) {
    return ls_group_of(plan, plan->graph.node_count - 1);
}

/* Whether both are of labels of images, or both of labels of pixels. */
static enum ls_status check_labels(const char *arch, bool segments,
                                   const struct ls_dataset *dataset, struct ls_error *error) {
    if (segments == (dataset->labels_per_image > 1))
        return LS_OK;
    if (segments)
        return ls_fail(error, LS_MISMATCH,
                       "%s labels pixels, %s has one label an image: give images with a label a "
                       "pixel, --data shapes or an npz:FILE with masks",
                       arch, dataset->name);
    return ls_fail(error, LS_MISMATCH,
                   "%s gives one label an image, %s has one a pixel: give images with one label "
                   "each (--data), or a network that labels pixels, as unet does",
                   arch, dataset->name);
}

enum ls_status ls_network_fits(const struct ls_network *network, const struct ls_dataset *dataset,
                               struct ls_error *error) {
    if (network->node_count == 0)
        return unknown_network(network, error);
    const struct ls_shape in = network->nodes[0].out;
    const struct ls_shape out = network->nodes[network->node_count - 1].out;
    if (dataset->count < 1)
        return ls_fail(error, LS_BAD_ARGUMENT, "%s has no images", dataset->name);
    const enum ls_status status =
        check_labels(network->arch, out.height * out.width > 1, dataset, error);
    if (status)
        return status;
    if (in.height != dataset->height || in.width != dataset->width ||
        in.channels != dataset->channels)
        return ls_fail(error, LS_MISMATCH, "%s takes images of %dx%dx%d, %s has %dx%dx%d",
                       network->arch, in.height, in.width, in.channels, dataset->name,
                       dataset->height, dataset->width, dataset->channels);
    if (out.channels != dataset->classes || out.height * out.width != dataset->labels_per_image)
        return ls_fail(error, LS_MISMATCH,
                       "%s gives %d classes for %d labels an image, %s has %d for %d",
                       network->arch, out.channels, out.height * out.width, dataset->name,
                       dataset->classes, dataset->labels_per_image);
    return LS_OK;
}
