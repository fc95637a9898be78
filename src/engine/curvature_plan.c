/* What products of the Hessian take: the order of work and the memory. */
#include "base/alloc.h"
#include "base/threads.h"
#include "engine/curvature_parts.h"
#include "engine/lifetime.h"
#include "kernels/gemm.h"
#include <stdlib.h>

static size_t chunk_floats(const struct ls_node *node) {
    return ls_align_floats(ls_shape_size(node->out) * LS_CHUNK);
}

static size_t packed_floats(const struct ls_node *node) {
    return node->op->packed_size ? ls_align_floats(node->op->packed_size(node, true)) : 0;
}

/* Finds what the logits depend on, and where an activation gets its gradient from several. */
static void follow_gradients(struct ls_curvature *c) {
    const int nodes = c->network->node_count;
    bool *reached = c->live;
    reached[nodes - 1] = true;
    for (int n = nodes - 1; n > 0; n--)
        for (int i = 0; reached[n] && i < c->nodes[n].input_count; i++) {
            const int input = c->nodes[n].input[i];
            c->accumulate[n][i] = reached[input];
            reached[input] = true;
        }
}

/* Gradients live from the last node that takes the activation to the one that makes it; counted in
 * steps of the backward pass. Activations live as long as the chunk. */
static enum ls_status plan_activations(struct ls_curvature *c, struct ls_error *error) {
    const int nodes = c->network->node_count;
    struct ls_lifetime *grads = calloc(2 * (size_t)nodes, sizeof *grads);
    size_t at = 0;
    if (!grads)
        return ls_fail_memory(error, "the curvature");
    for (int n = 0; n < nodes; n++) {
        const struct ls_node *node = &c->nodes[n];
        const size_t size = n > 0 && c->live[n] ? chunk_floats(node) : 0;
        grads[2 * n] = (struct ls_lifetime){.size = size, .first = nodes - n, .last = nodes - n};
        for (int i = 0; c->live[n] && i < node->input_count; i++)
            if (nodes - n < grads[2 * node->input[i]].first)
                grads[2 * node->input[i]].first = nodes - n;
    }
    for (int n = 0; n < nodes; n++)
        grads[2 * n + 1] = grads[2 * n];
    const size_t total = ls_plan_memory(grads, 2 * nodes);
    for (int n = 0; n < nodes; n++) {
        c->places[n].grad = grads[2 * n].offset;
        c->places[n].grad_tangent = grads[2 * n + 1].offset;
        c->places[n].value = total + at;
        c->places[n].value_tangent = total + at + chunk_floats(&c->nodes[n]);
        at += 2 * chunk_floats(&c->nodes[n]);
    }
    free(grads);
    c->spare_offset = total + at;
    return LS_OK;
}

static void plan_rest(struct ls_curvature *c) {
    size_t spare = 0, scratch = 0;
    for (int n = 0; n < c->network->node_count; n++) {
        const struct ls_node *node = &c->nodes[n];
        const size_t partial = ls_partial_floats(node), output = chunk_floats(node);
        const size_t own = node->op->scratch_size ? node->op->scratch_size(node, true) : 0;
        c->places[n].packed = c->packed_total;
        c->places[n].partial = c->partial_total;
        c->packed_total += packed_floats(node);
        c->partial_total += ls_align_floats(partial);
        spare = partial > spare ? partial : spare;
        spare = output > spare ? output : spare;
        scratch = own > scratch ? own : scratch;
    }
    c->scratch_offset = c->spare_offset + ls_align_floats(spare);
    c->memory_total = c->scratch_offset + ls_align_floats(scratch);
}

static enum ls_status allocate(struct ls_curvature *c, struct ls_error *error) {
    const size_t values = c->network->value_count;
    c->values = ls_alloc(values, sizeof(float));
    c->weights = ls_alloc(values, sizeof(float));
    c->direction = ls_alloc(values, sizeof(float));
    c->gradient = ls_alloc(values, sizeof(float));
    c->packed_weights = ls_alloc(c->packed_total, sizeof(float));
    c->packed_direction = ls_alloc(c->packed_total, sizeof(float));
    c->partials = ls_alloc(LS_CURVATURE_CHUNKS, c->partial_total * sizeof(float));
    c->image_loss = ls_alloc(LS_CURVATURE_BATCH, sizeof(double));
    c->image_right = ls_alloc(LS_CURVATURE_BATCH, sizeof(double));
    c->memory = ls_alloc((size_t)c->threads, c->memory_total * sizeof(float));
    if (!c->values || !c->weights || !c->direction || !c->gradient || !c->packed_weights ||
        !c->packed_direction || !c->partials || !c->image_loss || !c->image_right || !c->memory)
        return ls_fail_memory(error, "the curvature");
    return LS_OK;
}

static enum ls_status copy_graph(struct ls_curvature *c, struct ls_error *error) {
    const size_t nodes = (size_t)c->network->node_count;
    c->nodes = calloc(nodes, sizeof *c->nodes);
    c->live = calloc(nodes, sizeof *c->live);
    c->accumulate = calloc(nodes, sizeof *c->accumulate);
    c->places = calloc(nodes, sizeof *c->places);
    if (!c->nodes || !c->live || !c->accumulate || !c->places)
        return ls_fail_memory(error, "the curvature");
    for (size_t n = 0; n < nodes; n++) {
        c->nodes[n] = c->network->nodes[n];
        if (c->nodes[n].op->constant)
            c->nodes[n].op = c->nodes[n].op->constant;
    }
    return LS_OK;
}

enum ls_status ls_curvature_create(struct ls_curvature **result, const struct ls_network *network,
                                   int threads, struct ls_error *error) {
    struct ls_curvature *c = calloc(1, sizeof *c);
    if (!c)
        return ls_fail_memory(error, "the curvature");
    c->network = network;
    c->threads = ls_thread_count(threads) < LS_CURVATURE_CHUNKS ? ls_thread_count(threads)
                                                                : LS_CURVATURE_CHUNKS;
    enum ls_status status = copy_graph(c, error);
    if (!status) {
        follow_gradients(c);
        status = plan_activations(c, error);
    }
    if (!status) {
        plan_rest(c);
        status = allocate(c, error);
    }
    if (status) {
        ls_curvature_free(c);
        return status;
    }
    ls_gemm_single_threaded();
    *result = c;
    return LS_OK;
}

void ls_curvature_free(struct ls_curvature *c) {
    if (!c)
        return;
    free(c->nodes);
    free(c->live);
    free(c->accumulate);
    free(c->places);
    free(c->values);
    free(c->weights);
    free(c->direction);
    free(c->gradient);
    free(c->packed_weights);
    free(c->packed_direction);
    free(c->partials);
    free(c->image_loss);
    free(c->image_right);
    free(c->memory);
    free(c);
}
