#include "engine/plan.h"
#include "base/alloc.h"
#include "engine/fuse.h"
#include "engine/lifetime.h"
#include "engine/tile.h"
#include "kernels/gemm.h"
#include "ops/loss.h"
#include "ops/op.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

struct ls_plan {
    const struct ls_network *network;
    struct ls_graph graph;
    int images;                      /* that run together */
    struct ls_lifetime *activations; /* [node_count] */
    size_t *packed_offset;           /* [node_count], floats */
    size_t activation_total, packed_total, scratch_total;
};

struct ls_worker {
    const struct ls_plan *plan;
    float *values;         /* [value_count] */
    float *packed;         /* [packed_total] */
    float *activations;    /* [activation_total] */
    float *scratch;        /* [scratch_total] */
    struct ls_call *calls; /* [node_count], ready to run */
};

static void lay_out(struct ls_plan *plan) {
    for (int n = 0; n < plan->graph.node_count; n++) {
        const struct ls_node *node = &plan->graph.nodes[n];
        plan->activations[n] = (struct ls_lifetime){
            .size = ls_output_floats(node, plan->images), .first = n, .last = n};
        for (int i = 0; i < node->input_count; i++)
            plan->activations[node->input[i]].last = n;
        plan->packed_offset[n] = plan->packed_total;
        if (node->op->packed_size)
            plan->packed_total += ls_align_floats(node->op->packed_size(node, false));
        size_t scratch = node->op->scratch_size ? node->op->scratch_size(node, false) : 0;
        plan->scratch_total = scratch > plan->scratch_total ? scratch : plan->scratch_total;
    }
    plan->activation_total = ls_plan_memory(plan->activations, plan->graph.node_count);
}

enum ls_status ls_plan_create(struct ls_plan **result, const struct ls_network *network,
                              enum ls_precision precision, struct ls_error *error) {
    struct ls_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return ls_fail_memory(error, "an inference plan");
    plan->network = network;
    enum ls_status status = ls_fuse(network, false, &plan->graph, error);
    if (!status)
        status = ls_tile(&plan->graph, precision, &plan->images, error);
    if (!status) {
        const size_t count = (size_t)plan->graph.node_count;
        plan->activations = calloc(count, sizeof *plan->activations);
        plan->packed_offset = calloc(count, sizeof *plan->packed_offset);
        if (!plan->activations || !plan->packed_offset)
            status = ls_fail_memory(error, "an inference plan");
    }
    if (status) {
        ls_plan_free(plan);
        return status;
    }
    ls_gemm_single_threaded();
    lay_out(plan);
    *result = plan;
    return LS_OK;
}

void ls_plan_free(struct ls_plan *plan) {
    if (!plan)
        return;
    free(plan->graph.nodes);
    free(plan->activations);
    free(plan->packed_offset);
    free(plan);
}

const struct ls_graph *ls_plan_graph(const struct ls_plan *plan) {
    return &plan->graph;
}

int ls_plan_images(const struct ls_plan *plan) {
    return plan->images;
}

static void prepare_calls(struct ls_worker *worker) {
    const struct ls_plan *plan = worker->plan;
    for (int n = 0; n < plan->graph.node_count; n++) {
        const struct ls_node *node = &plan->graph.nodes[n];
        struct ls_call *call = &worker->calls[n];
        *call = (struct ls_call){.node = node,
                                 .images = plan->images,
                                 .packed = worker->packed + plan->packed_offset[n],
                                 .output = worker->activations + plan->activations[n].offset,
                                 .scratch = worker->scratch};
        for (int t = 0; t < node->tensor_count; t++)
            call->tensors[t] = worker->values + plan->network->tensors[node->tensor[t]].offset;
        for (int i = 0; i < node->input_count; i++)
            call->inputs[i] = worker->activations + plan->activations[node->input[i]].offset;
    }
}

enum ls_status ls_worker_create(struct ls_worker **result, const struct ls_plan *plan,
                                struct ls_error *error) {
    struct ls_worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return ls_fail_memory(error, "a worker");
    worker->plan = plan;
    worker->values = ls_alloc(plan->network->value_count, sizeof(float));
    worker->packed = ls_alloc(plan->packed_total, sizeof(float));
    worker->activations = ls_alloc(plan->activation_total, sizeof(float));
    worker->scratch = ls_alloc(plan->scratch_total, sizeof(float));
    worker->calls = calloc((size_t)plan->graph.node_count, sizeof *worker->calls);
    if (!worker->values || !worker->packed || !worker->activations || !worker->scratch ||
        !worker->calls) {
        ls_worker_free(worker);
        return ls_fail_memory(error, "a worker");
    }
    prepare_calls(worker);
    *result = worker;
    return LS_OK;
}

void ls_worker_free(struct ls_worker *worker) {
    if (!worker)
        return;
    free(worker->values);
    free(worker->packed);
    free(worker->activations);
    free(worker->scratch);
    free(worker->calls);
    free(worker);
}

float *ls_worker_values(struct ls_worker *worker) {
    return worker->values;
}

void ls_worker_load(struct ls_worker *worker) {
    for (int n = 0; n < worker->plan->graph.node_count; n++) {
        const struct ls_call *call = &worker->calls[n];
        if (call->node->op->pack)
            call->node->op->pack(call->node, false, call->tensors, call->packed);
    }
}

void ls_worker_load_values(struct ls_worker *worker, const float *values) {
    memcpy(worker->values, values, worker->plan->network->value_count * sizeof *values);
    ls_worker_load(worker);
}

static void run_node(const struct ls_worker *worker, int n) {
    worker->calls[n].node->op->forward(&worker->calls[n], 0, worker->plan->images);
}

/* Runs the nodes behind the image, which stands in its activation already. */
static const float *run(struct ls_worker *worker) {
    const int count = worker->plan->graph.node_count;
    for (int n = 1; n < count; n++)
        run_node(worker, n);
    return worker->calls[count - 1].output;
}

static void fill(struct ls_worker *worker, const float *image) {
    const size_t size = ls_shape_size(worker->calls[0].node->out);
    for (int i = 0; i < worker->plan->images; i++)
        memcpy(worker->calls[0].output + size * (size_t)i, image, size * sizeof *image);
}

const float *ls_worker_run(struct ls_worker *worker, const float *image) {
    fill(worker, image);
    return run(worker);
}

void ls_worker_time(struct ls_worker *worker, const float *image, double *seconds) {
    fill(worker, image);
    double before = omp_get_wtime();
    for (int n = 1; n < worker->plan->graph.node_count; n++) {
        run_node(worker, n);
        const double after = omp_get_wtime();
        seconds[n] += after - before;
        before = after;
    }
}

struct ls_sums ls_worker_evaluate(struct ls_worker *worker, const struct ls_dataset *dataset,
                                  enum ls_loss loss, int first, int last,
                                  struct ls_overlap *overlaps) {
    const struct ls_network *network = worker->plan->network;
    const struct ls_shape shape = network->nodes[network->node_count - 1].out;
    const size_t size = ls_shape_size(network->nodes[0].out), classes = ls_shape_size(shape);
    const int together = worker->plan->images;
    struct ls_sums sums = {0};
    for (int image = first; image < last; image += together) {
        const int count = image + together < last ? together : last - image;
        for (int i = 0; i < count; i++)
            ls_dataset_image(dataset, image + i, worker->calls[0].output + size * (size_t)i);
        const float *logits = run(worker); /* with what was there before in the places left over */
        for (int i = 0; i < count; i++, logits += classes) {
            const uint16_t *labels =
                dataset->labels + (size_t)(image + i) * (size_t)dataset->labels_per_image;
            const double value = ls_loss_image(loss, shape, logits, labels, &sums.correct);
            sums.loss += value;
            sums.square += value * value;
            if (overlaps)
                ls_overlap_count(shape, logits, labels, overlaps);
        }
    }
    return sums;
}

enum ls_status ls_network_fits(const struct ls_network *network, const struct ls_dataset *dataset,
                               struct ls_error *error) {
    const struct ls_shape in = network->nodes[0].out;
    const struct ls_shape out = network->nodes[network->node_count - 1].out;
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
