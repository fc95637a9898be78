#include "engine/backprop.h"
#include "base/alloc.h"
#include "base/threads.h"
#include "engine/schedule.h"
#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "ops/loss.h"
#include "ops/op.h"
#include <omp.h>
#include <stdlib.h>

/* A reduction is handed to the threads in pieces of this many elements. */
enum { COMBINE_GRAIN = 1024 };

struct ls_backprop {
    const struct ls_network *network;
    struct ls_graph graph;
    struct ls_schedule schedule;
    int batch, threads;
    struct ls_call *calls; /* [node_count], without activations and their gradients */
    float *images;         /* [batch][height][width][channels]: node 0's, unless it rounds them */
    float *activations;    /* values and gradients of all nodes, by lifetime */
    float *packed;
    char *partials;     /* [chunks][partial_total] */
    float *scratch;     /* [threads][scratch_total]: activations in one stage only, room for copies,
                           the operations' own */
    double *image_loss; /* [batch] */
    double *image_right; /* [batch] */
    size_t activation_total, local_total, packed_total, room_total, scratch_total;
};

static size_t chunks_of(int images) {
    return ((size_t)images + LS_CHUNK - 1) / LS_CHUNK;
}

/* Lays those of the buffers that are `local`, or the others, into one block of so many floats. */
static size_t plan_block(struct ls_lifetime *buffers, int count, bool local,
                         struct ls_lifetime *block) {
    for (int i = 0; i < count; i++) {
        block[i] = buffers[i];
        if (ls_in_one_stage(&buffers[i]) != local)
            block[i].size = 0;
    }
    const size_t total = ls_plan_memory(block, count);
    for (int i = 0; i < count; i++)
        if (ls_in_one_stage(&buffers[i]) == local)
            buffers[i].offset = block[i].offset;
    return total;
}

/* Lays values and gradients of all nodes into a block for the batch and one for each thread. */
static enum ls_status plan_activations(struct ls_backprop *b, struct ls_error *error) {
    const int nodes = b->graph.node_count;
    struct ls_lifetime *all = calloc(4 * (size_t)nodes, sizeof *all);
    if (!all)
        return ls_fail_memory(error, "the training plan");
    struct ls_lifetime *block = all + 2 * nodes;
    for (int n = 0; n < nodes; n++) {
        all[n] = b->schedule.values[n];
        all[nodes + n] = b->schedule.gradients[n];
    }
    b->activation_total = plan_block(all, 2 * nodes, false, block);
    b->local_total = plan_block(all, 2 * nodes, true, block);
    for (int n = 0; n < nodes; n++) {
        b->schedule.values[n] = all[n];
        b->schedule.gradients[n] = all[nodes + n];
    }
    free(all);
    return LS_OK;
}

/* Whether the first activation is not the images themselves, but rounded from them. */
static bool rounds_images(const struct ls_backprop *b) {
    return b->graph.nodes[0].out_storage.format == LS_BFLOATS;
}

static size_t image_floats(const struct ls_backprop *b) {
    return ls_shape_size(b->graph.nodes[0].out) * (size_t)b->batch;
}

static enum ls_status allocate(struct ls_backprop *b, struct ls_error *error) {
    const size_t chunks = chunks_of(b->batch);
    for (int n = 0; n < b->graph.node_count; n++) {
        const struct ls_node *node = &b->graph.nodes[n];
        size_t scratch = node->op->scratch_size ? node->op->scratch_size(node, true) : 0;
        size_t room = ls_phase_floats(node, LS_CHUNK);
        b->scratch_total = scratch > b->scratch_total ? scratch : b->scratch_total;
        b->room_total = room > b->room_total ? room : b->room_total;
        if (node->op->packed_size)
            b->packed_total += ls_align_floats(node->op->packed_size(node, true));
    }
    b->scratch_total = b->local_total + b->room_total + ls_align_floats(b->scratch_total);
    b->calls = calloc((size_t)b->graph.node_count, sizeof *b->calls);
    b->activations = ls_alloc(b->activation_total, sizeof(float));
    if (rounds_images(b))
        b->images = ls_alloc(image_floats(b), sizeof(float));
    b->packed = ls_alloc(b->packed_total, sizeof(float));
    b->partials = ls_alloc(chunks, b->schedule.partial_total);
    b->scratch = ls_alloc((size_t)b->threads * b->scratch_total, sizeof(float));
    b->image_loss = ls_alloc((size_t)b->batch, sizeof(double));
    b->image_right = ls_alloc((size_t)b->batch, sizeof(double));
    if (!b->calls || (rounds_images(b) && !b->images) || !b->activations || !b->packed ||
        !b->partials || !b->scratch || !b->image_loss || !b->image_right)
        return ls_fail(error, LS_NO_MEMORY,
                       "out of memory: training %s on batches of %d images takes %.0f MB",
                       b->network->arch, b->batch, (double)ls_backprop_bytes(b) / 1e6);
    return LS_OK;
}

static void prepare_calls(struct ls_backprop *b) {
    float *packed = b->packed;
    for (int n = 0; n < b->graph.node_count; n++) {
        const struct ls_node *node = &b->graph.nodes[n];
        struct ls_call *call = &b->calls[n];
        *call = (struct ls_call){.node = node, .packed = packed};
        for (int i = 0; i < node->input_count; i++)
            call->accumulate[i] = b->schedule.accumulate[n][i];
        if (node->op->packed_size)
            packed += ls_align_floats(node->op->packed_size(node, true));
    }
}

enum ls_status ls_backprop_create(struct ls_backprop **result, const struct ls_network *network,
                                  enum ls_precision precision, int batch, int threads,
                                  struct ls_error *error) {
    if (precision != LS_FP32 && precision != LS_BF16)
        return ls_fail(error, LS_BAD_ARGUMENT, "training in %s is not known; fp32 and bf16 are",
                       ls_precision_name(precision));
    struct ls_backprop *b = calloc(1, sizeof *b);
    if (!b)
        return ls_fail_memory(error, "the training plan");
    b->network = network;
    b->batch = batch;
    b->threads = ls_thread_count(threads);
    enum ls_status status = ls_fuse(network, true, &b->graph, error);
    if (!status) {
        ls_phase_store(&b->graph, precision, LS_CHUNK);
        status = ls_schedule_create(&b->schedule, &b->graph, batch, LS_CHUNK, error);
    }
    if (!status)
        status = plan_activations(b, error);
    if (!status)
        status = allocate(b, error);
    if (status) {
        ls_backprop_free(b);
        return status;
    }
    ls_gemm_single_threaded();
    prepare_calls(b);
    *result = b;
    return LS_OK;
}

void ls_backprop_free(struct ls_backprop *b) {
    if (!b)
        return;
    free(b->graph.nodes);
    ls_schedule_free(&b->schedule);
    free(b->calls);
    free(b->images);
    free(b->activations);
    free(b->packed);
    free(b->partials);
    free(b->scratch);
    free(b->image_loss);
    free(b->image_right);
    free(b);
}

static float *input_of(const struct ls_backprop *b) {
    return b->activations + b->schedule.values[0].offset;
}

float *ls_backprop_images(struct ls_backprop *b) {
    return rounds_images(b) ? b->images : input_of(b);
}

size_t ls_backprop_bytes(const struct ls_backprop *b) {
    return sizeof(float) * ((rounds_images(b) ? image_floats(b) : 0) + b->activation_total +
                            b->packed_total + (size_t)b->threads * b->scratch_total) +
           chunks_of(b->batch) * b->schedule.partial_total;
}

/* Points the calls at this step's values and gradients, packs the weights and rounds the images. */
static void load(struct ls_backprop *b, int images, float *values, float *gradient) {
    for (int n = 0; n < b->graph.node_count; n++) {
        const struct ls_node *node = &b->graph.nodes[n];
        struct ls_call *call = &b->calls[n];
        call->images = images;
        for (int t = 0; t < node->tensor_count; t++) {
            const struct ls_tensor *tensor = &b->network->tensors[node->tensor[t]];
            call->tensors[t] = values + tensor->offset;
            call->tensor_grads[t] = gradient + tensor->offset;
        }
    }
#pragma omp parallel for num_threads(b->threads) schedule(dynamic, 1)
    for (int n = 0; n < b->graph.node_count; n++)
        if (b->calls[n].node->op->pack)
            b->calls[n].node->op->pack(b->calls[n].node, true, b->calls[n].tensors,
                                       b->calls[n].packed);
    if (!rounds_images(b))
        return;
    const size_t size = ls_shape_size(b->graph.nodes[0].out);
    uint16_t *rounded = (void *)input_of(b);
#pragma omp parallel for num_threads(b->threads) schedule(static)
    for (int i = 0; i < images; i++)
        ls_kernels()->narrow(size, b->images + size * (size_t)i, rounded + size * (size_t)i);
}

static void run_loss(struct ls_backprop *b, const struct ls_call *call, const uint16_t *labels,
                     int first, int last, float *gradient) {
    const struct ls_shape shape = call->node->out;
    const size_t size = ls_shape_size(shape), pixels = size / (size_t)shape.channels;
    const float *logits = call->output;
    for (int i = first; i < last; i++, logits += size, gradient += size) {
        const uint16_t *label = labels + pixels * (size_t)i;
        b->image_right[i] = 0;
        b->image_loss[i] =
            ls_loss_image(LS_CROSS_ENTROPY, shape, logits, label, &b->image_right[i]);
        ls_cross_entropy_gradient(shape, logits, label, 1.0 / call->images, gradient);
    }
}

static void *partial_of(const struct ls_backprop *b, struct ls_task task, int chunk) {
    const bool backward = task.phase == LS_BACKWARD_REDUCE;
    return b->partials + (size_t)chunk * b->schedule.partial_total +
           b->schedule.partial_offset[2 * task.node + backward];
}

/* The values from image `first` on in a node's buffer, of the batch or of the thread. */
static float *chunk_at(const struct ls_backprop *b, const struct ls_lifetime *buffer, int node,
                       int first, float *local) {
    const struct ls_node *from = &b->graph.nodes[node];
    const size_t value = from->out_storage.format == LS_BFLOATS ? sizeof(uint16_t) : sizeof(float);
    if (ls_in_one_stage(buffer))
        return local + buffer->offset;
    return (void *)((char *)(b->activations + buffer->offset) +
                    ls_shape_size(from->out) * (size_t)first * value);
}

/* The node's call on the chunk that begins with image `first`. */
static struct ls_call call_of(const struct ls_backprop *b, int node, int first, float *local) {
    const struct ls_lifetime *values = b->schedule.values, *gradients = b->schedule.gradients;
    struct ls_call call = b->calls[node];
    call.output = chunk_at(b, &values[node], node, first, local);
    call.output_grad = chunk_at(b, &gradients[node], node, first, local);
    for (int i = 0; i < call.node->input_count; i++) {
        const int input = call.node->input[i];
        call.inputs[i] = chunk_at(b, &values[input], input, first, local);
        if (gradients[input].size)
            call.input_grads[i] = chunk_at(b, &gradients[input], input, first, local);
    }
    return call;
}

static void run_task(struct ls_backprop *b, struct ls_task task, int chunk,
                     const uint16_t *labels) {
    const int images = b->calls[task.node].images, first = chunk * LS_CHUNK;
    const int last = first + LS_CHUNK < images ? first + LS_CHUNK : images;
    float *local = b->scratch + (size_t)omp_get_thread_num() * b->scratch_total;
    float *room = local + b->local_total;
    struct ls_call call = call_of(b, task.node, first, local);
    call.scratch = room + b->room_total;
    if (task.phase == LS_LOSS)
        run_loss(b, &call, labels, first, last, (float *)call.output_grad);
    else
        ls_phase_run(&call, task.phase, 0, last - first, partial_of(b, task, chunk), room);
}

/* Combines piece `piece` of one reduction. */
static void run_combine(struct ls_backprop *b, struct ls_task task, size_t piece, size_t count) {
    const struct ls_call *call = &b->calls[task.node];
    const struct ls_op *op = call->node->op;
    const size_t begin = piece * COMBINE_GRAIN;
    const size_t end = begin + COMBINE_GRAIN < count ? begin + COMBINE_GRAIN : count;
    (task.phase == LS_REDUCE ? op->combine : op->backward_combine)(
        call, partial_of(b, task, 0), (int)chunks_of(call->images), b->schedule.partial_total,
        begin, end);
}

/* One stage, called by every thread of the team. */
static void run_stage(struct ls_backprop *b, const struct ls_stage *stage, const uint16_t *labels) {
    const int chunks = (int)chunks_of(b->calls[0].images);
#pragma omp for schedule(dynamic, 1)
    for (int chunk = 0; chunk < chunks; chunk++)
        for (int t = 0; t < stage->task_count; t++)
            run_task(b, b->schedule.tasks[stage->first_task + t], chunk, labels);
    for (int c = 0; c < stage->combine_count; c++) {
        const struct ls_task task = b->schedule.combines[stage->first_combine + c];
        const struct ls_node *node = &b->graph.nodes[task.node];
        const size_t count = node->op->combine_count(node, task.phase != LS_REDUCE);
        const size_t pieces = (count + COMBINE_GRAIN - 1) / COMBINE_GRAIN;
#pragma omp for schedule(dynamic, 1) nowait
        for (size_t piece = 0; piece < pieces; piece++)
            run_combine(b, task, piece, count);
    }
#pragma omp barrier
}

struct ls_batch_sums ls_backprop_run(struct ls_backprop *b, int images, const uint16_t *labels,
                                     float *values, float *gradient) {
    struct ls_batch_sums sums = {0, 0};
    load(b, images, values, gradient);
#pragma omp parallel num_threads(b->threads)
    for (int stage = 0; stage < b->schedule.stage_count; stage++)
        run_stage(b, &b->schedule.stages[stage], labels);
    for (int i = 0; i < images; i++) {
        sums.loss += b->image_loss[i];
        sums.correct += b->image_right[i];
    }
    return sums;
}
