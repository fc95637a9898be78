#include "base/alloc.h"
#include "engine/plan_parts.h"
#include "ops/loss.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

struct ls_worker {
    const struct ls_plan *plan;
    float *values;         /* [value_count] */
    float *packed;         /* [packed_total] */
    float *activations;    /* [activation_total] */
    float *scratch;        /* [scratch_total] */
    struct ls_call *calls; /* [node_count], ready to run */
};

static void prepare_calls(struct ls_worker *worker) {
    const struct ls_plan *plan = worker->plan;
    for (int n = 0; n < plan->graph.node_count; n++) {
        const struct ls_node *node = &plan->graph.nodes[n];
        struct ls_call *call = &worker->calls[n];
        *call = (struct ls_call){.node = node,
                                 .images = ls_group_of(plan, n),
                                 .packed = worker->packed + plan->places[n].packed,
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

/* Floats from the start of node n's outputs to that of `image`, counted from the largest group's
 * first. */
static size_t offset_of(const struct ls_plan *plan, int n, int image) {
    return ls_output_offset(&plan->graph.nodes[n], image % plan->places[n].images);
}

/* Where a group's images are to be put, one behind the other. */
static float *input_of(struct ls_worker *worker, int image) {
    return worker->calls[0].output + offset_of(worker->plan, 0, image);
}

/* Runs node n for its group of images that begins with `first`. */
static void run_node(const struct ls_worker *worker, int n, int first) {
    struct ls_call call = worker->calls[n];
    call.output += offset_of(worker->plan, n, first);
    for (int i = 0; i < call.node->input_count; i++)
        call.inputs[i] += offset_of(worker->plan, call.node->input[i], first);
    call.node->op->forward(&call, 0, call.images);
}

/* Runs the nodes whose groups are complete when `ready` images of the largest group are there, or
 * all if those are the last: with what was there before in the places left over. Adds the time each
 * takes to seconds[nodes] unless that is NULL. */
static void advance(const struct ls_worker *worker, int ready, bool last, double *seconds) {
    double before = seconds ? omp_get_wtime() : 0;
    for (int n = 1; n < worker->plan->graph.node_count; n++) {
        const int group = ls_group_of(worker->plan, n);
        if (ready % group != 0 && !last)
            continue;
        run_node(worker, n, (ready - 1) / group * group);
        if (!seconds)
            continue;
        const double after = omp_get_wtime();
        seconds[n] += after - before;
        before = after;
    }
}

/* Puts the same image into all places of a group. */
static void fill(struct ls_worker *worker, int first, const float *image) {
    const size_t size = ls_shape_size(worker->calls[0].node->out);
    for (int i = 0; i < worker->calls[0].images; i++)
        memcpy(input_of(worker, first + i), image, size * sizeof *image);
}

static const float *logits_of(const struct ls_worker *worker) {
    return worker->calls[worker->plan->graph.node_count - 1].output;
}

const float *ls_worker_run(struct ls_worker *worker, const float *image) {
    fill(worker, 0, image);
    advance(worker, worker->calls[0].images, true, NULL);
    return logits_of(worker);
}

void ls_worker_time(struct ls_worker *worker, const float *image, double *seconds) {
    const int group = worker->calls[0].images;
    for (int first = 0; first < ls_plan_images(worker->plan); first += group) {
        fill(worker, first, image);
        advance(worker, first + group, false, seconds);
    }
}

/* The logits of images first .. first+count-1, at most the largest group. */
static const float *run(struct ls_worker *worker, const struct ls_dataset *dataset, int first,
                        int count) {
    const int group = worker->calls[0].images;
    for (int i = 0; i < count; i += group) {
        const int end = i + group < count ? i + group : count;
        for (int j = i; j < end; j++)
            ls_dataset_image(dataset, first + j, input_of(worker, j));
        advance(worker, i + group, end == count, NULL);
    }
    return logits_of(worker);
}

struct ls_sums ls_worker_evaluate(struct ls_worker *worker, const struct ls_dataset *dataset,
                                  enum ls_loss loss, int first, int last,
                                  struct ls_overlap *overlaps) {
    const struct ls_network *network = worker->plan->network;
    const struct ls_shape shape = network->nodes[network->node_count - 1].out;
    const size_t classes = ls_shape_size(shape);
    const int together = ls_plan_images(worker->plan);
    struct ls_sums sums = {0};
    for (int image = first; image < last; image += together) {
        const int count = image + together < last ? together : last - image;
        const float *logits = run(worker, dataset, image, count);
        for (int i = 0; i < count; i++, logits += classes) {
            const uint16_t *labels =
                dataset->labels + (size_t)(image + i) * (size_t)dataset->labels_per_image;
            double correct = 0;
            const double value = ls_loss_image(loss, shape, logits, labels, &correct);
            ls_sums_add(&sums, value, correct);
            if (overlaps)
                ls_overlap_count(shape, logits, labels, overlaps);
        }
    }
    return sums;
}
