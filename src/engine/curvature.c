#include "base/observer.h"
#include "engine/curvature_parts.h"
#include "kernels/kernels.h"
#include "ops/loss.h"
#include <omp.h>
#include <string.h>

/* Elements of a gradient that a thread adds up at a time. */
enum { COMBINE_GRAIN = 1024 };

bool ls_curvature_covers(const struct ls_tensor *tensor) {
    return tensor->kind == LS_PARAMETER && tensor->rank > 1;
}

static void point_tensors(const struct ls_curvature *c, const struct ls_node *node, float *values,
                          float *tensors[LS_MAX_OP_TENSORS]) {
    for (int t = 0; t < node->tensor_count; t++)
        tensors[t] = values + c->network->tensors[node->tensor[t]].offset;
}

static void pack_all(const struct ls_curvature *c, bool weights_only, float *values,
                     float *packed) {
#pragma omp parallel for num_threads(c->threads) schedule(dynamic, 1)
    for (int n = 0; n < c->network->node_count; n++) {
        const struct ls_node *node = &c->nodes[n];
        float *tensors[LS_MAX_OP_TENSORS];
        if (!node->op->pack || (weights_only && !ls_weighted(node)))
            continue;
        point_tensors(c, node, values, tensors);
        node->op->pack(node, true, tensors, packed + c->places[n].packed);
    }
}

/* A weighted operation's bias, or NULL. */
static const struct ls_tensor *bias_of(const struct ls_curvature *c, const struct ls_node *node) {
    return ls_weighted(node) && node->attributes.bias ? &c->network->tensors[node->tensor[1]]
                                                      : NULL;
}

void ls_curvature_load(struct ls_curvature *c, const float *values) {
    memcpy(c->values, values, c->network->value_count * sizeof *values);
    memcpy(c->weights, values, c->network->value_count * sizeof *values);
    for (int n = 0; n < c->network->node_count; n++) {
        const struct ls_tensor *bias = bias_of(c, &c->nodes[n]);
        if (bias)
            memset(c->weights + bias->offset, 0, bias->count * sizeof *c->weights);
    }
    pack_all(c, false, c->weights, c->packed_weights);
}

/* A node's call on the chunk in a thread's memory, with weights but no biases. */
static struct ls_call call_of(const struct ls_curvature *c, int n, float *memory) {
    const struct ls_node *node = &c->nodes[n];
    const struct ls_curvature_place *place = &c->places[n];
    struct ls_call call = {.node = node,
                           .images = LS_CHUNK,
                           .packed = c->packed_weights + place->packed,
                           .output = memory + place->value,
                           .scratch = memory + c->scratch_offset,
                           .output_grad = memory + place->grad,
                           .output_tangent = memory + place->value_tangent,
                           .output_grad_tangent = memory + place->grad_tangent};
    point_tensors(c, node, c->weights, call.tensors);
    for (int i = 0; i < node->input_count; i++) {
        const struct ls_curvature_place *input = &c->places[node->input[i]];
        call.inputs[i] = memory + input->value;
        call.input_tangents[i] = memory + input->value_tangent;
        call.accumulate[i] = c->accumulate[n][i];
        if (node->input[i] == 0) /* nobody asks for the gradient of the image */
            continue;
        call.input_grads[i] = memory + input->grad;
        call.input_grad_tangents[i] = memory + input->grad_tangent;
    }
    return call;
}

/* The call with the direction in place of the weights. */
static struct ls_call along_direction(const struct ls_curvature *c, const struct ls_call *call,
                                      int n) {
    struct ls_call along = *call;
    along.packed = c->packed_direction + c->places[n].packed;
    point_tensors(c, call->node, c->direction, along.tensors);
    return along;
}

/* The output, and how it changes: by the inputs' changes, if there are any, and by the
 * weights'. */
static void run_forward(const struct ls_curvature *c, int n, int images, float *memory) {
    const struct ls_call call = call_of(c, n, memory);
    const struct ls_node *node = call.node;
    const struct ls_tensor *bias = bias_of(c, node);
    const size_t channels = (size_t)node->out.channels;
    const size_t count = ls_shape_size(node->out) * (size_t)images;
    node->op->forward(&call, 0, images);
    if (bias)
        ls_kernels()->floats->affine(count / channels, (int)channels, call.output, NULL,
                                     c->values + bias->offset, NULL, false, call.output);
    if (node->op->tangent) {
        node->op->tangent(&call, 0, images);
        return;
    }
    struct ls_call change = call;
    memcpy(change.inputs, call.input_tangents, sizeof change.inputs);
    change.output = call.output_tangent;
    if (node->input_count > 0)
        node->op->forward(&change, 0, images);
    else
        memset(call.output_tangent, 0, count * sizeof *call.output_tangent);
    if (!ls_weighted(node))
        return;
    struct ls_call along = along_direction(c, &call, n);
    along.output = memory + c->spare_offset;
    node->op->forward(&along, 0, images);
    ls_kernels()->floats->add(count, call.output_tangent, along.output, call.output_tangent);
}

/* The gradients of the inputs, and how they change: by the output's gradient's change and by the
 * weights' or, for what is not linear, the inputs'. */
static void run_backward(const struct ls_curvature *c, int n, int images, float *memory) {
    const struct ls_call call = call_of(c, n, memory);
    const struct ls_op *op = call.node->op;
    op->backward(&call, 0, images);
    if (op->backward_tangent) {
        op->backward_tangent(&call, 0, images);
        return;
    }
    struct ls_call change = call;
    change.output_grad = call.output_grad_tangent;
    memcpy(change.input_grads, call.input_grad_tangents, sizeof change.input_grads);
    op->backward(&change, 0, images);
    if (!ls_weighted(call.node))
        return;
    struct ls_call along = along_direction(c, &call, n);
    memcpy(along.input_grads, call.input_grad_tangents, sizeof along.input_grads);
    for (int i = 0; i < call.node->input_count; i++)
        along.accumulate[i] = true;
    op->backward(&along, 0, images);
}

/* partial = how the gradient of the node's weights changes: by the output's gradient's change and
 * by the inputs', if there are any. */
static void run_weights(const struct ls_curvature *c, int n, int images, float *memory,
                        float *partial) {
    struct ls_call call = call_of(c, n, memory);
    const struct ls_op *op = call.node->op;
    float *spare = memory + c->spare_offset;
    struct ls_call change = call;
    change.output_grad = call.output_grad_tangent;
    op->backward_reduce(&change, 0, images, partial);
    if (call.node->input_count == 0)
        return;
    memcpy(call.inputs, call.input_tangents, sizeof call.inputs);
    op->backward_reduce(&call, 0, images, spare);
    ls_kernels()->floats->add(ls_partial_floats(call.node), partial, spare, partial);
}

/* The loss of a chunk, and of the logits the gradient and its change. */
static void run_loss(const struct ls_curvature *c, const struct ls_dataset *dataset, int first,
                     int images, float *memory) {
    const int last_node = c->network->node_count - 1;
    const struct ls_call call = call_of(c, last_node, memory);
    const struct ls_shape shape = call.node->out;
    const double scale = 1.0 / dataset->count;
    for (int i = 0; i < images; i++) {
        const size_t at = ls_shape_size(shape) * (size_t)i;
        const uint16_t *labels =
            dataset->labels + (size_t)dataset->labels_per_image * (size_t)(first + i);
        double *right = &c->image_right[(first + i) % LS_CURVATURE_BATCH];
        *right = 0;
        c->image_loss[(first + i) % LS_CURVATURE_BATCH] =
            ls_loss_image(LS_CROSS_ENTROPY, shape, call.output + at, labels, right);
        ls_cross_entropy_gradient(shape, call.output + at, labels, scale,
                                  memory + c->places[last_node].grad + at);
        ls_cross_entropy_curvature(shape, call.output + at, call.output_tangent + at, scale,
                                   memory + c->places[last_node].grad_tangent + at);
    }
}

/* Images first .. first+images-1, whose part of the batch's gradients is `partial`. */
static void run_chunk(const struct ls_curvature *c, const struct ls_dataset *dataset, int first,
                      int images, float *memory, float *partial) {
    const size_t size = ls_shape_size(c->nodes[0].out);
    for (int i = 0; i < images; i++)
        ls_dataset_image(dataset, first + i, memory + c->places[0].value + size * (size_t)i);
    for (int n = 1; n < c->network->node_count; n++)
        if (c->live[n])
            run_forward(c, n, images, memory);
    run_loss(c, dataset, first, images, memory);
    for (int n = c->network->node_count - 1; n > 0; n--) {
        if (!c->live[n])
            continue;
        if (ls_weighted(&c->nodes[n]))
            run_weights(c, n, images, memory, partial + c->places[n].partial);
        run_backward(c, n, images, memory);
    }
}

/* Adds up the gradients of a node's weights over the chunks of a batch. */
static void combine(const struct ls_curvature *c, int n, int chunks) {
    const struct ls_node *node = &c->nodes[n];
    struct ls_call call = {.node = node, .images = chunks * LS_CHUNK};
    const size_t count = node->op->combine_count(node, true);
    point_tensors(c, node, c->gradient, call.tensor_grads);
#pragma omp for schedule(dynamic, 1) nowait
    for (size_t begin = 0; begin < count; begin += COMBINE_GRAIN)
        node->op->backward_combine(&call, c->partials + c->places[n].partial, chunks,
                                   c->partial_total * sizeof(float), begin,
                                   begin + COMBINE_GRAIN < count ? begin + COMBINE_GRAIN : count);
}

/* c->gradient = the part of a batch in the product. */
static void run_batch(const struct ls_curvature *c, const struct ls_dataset *dataset, int first,
                      int images) {
    const int chunks = (images + LS_CHUNK - 1) / LS_CHUNK;
#pragma omp parallel num_threads(c->threads)
    {
        float *memory = c->memory + (size_t)omp_get_thread_num() * c->memory_total;
#pragma omp for schedule(dynamic, 1)
        for (int chunk = 0; chunk < chunks; chunk++) {
            const int left = images - chunk * LS_CHUNK;
            run_chunk(c, dataset, first + chunk * LS_CHUNK, left < LS_CHUNK ? left : LS_CHUNK,
                      memory, c->partials + (size_t)chunk * c->partial_total);
        }
        for (int n = 1; n < c->network->node_count; n++)
            if (c->live[n] && ls_weighted(&c->nodes[n]))
                combine(c, n, chunks);
    }
}

static void add_batch(const struct ls_curvature *c, int images, double *product,
                      struct ls_sums *sums) {
    for (int t = 0; t < c->network->tensor_count; t++) {
        const struct ls_tensor *tensor = &c->network->tensors[t];
        for (size_t i = tensor->offset;
             ls_curvature_covers(tensor) && i < tensor->offset + tensor->count; i++)
            product[i] += c->gradient[i];
    }
    for (int i = 0; i < images; i++)
        ls_sums_add(sums, c->image_loss[i], c->image_right[i]);
}

/* Takes the vector's values of the weights. */
static void load_direction(struct ls_curvature *c, const float *vector) {
    for (int t = 0; t < c->network->tensor_count; t++) {
        const struct ls_tensor *tensor = &c->network->tensors[t];
        if (ls_curvature_covers(tensor))
            memcpy(c->direction + tensor->offset, vector + tensor->offset,
                   tensor->count * sizeof *vector);
    }
    pack_all(c, true, c->direction, c->packed_direction);
}

bool ls_curvature_product(struct ls_curvature *c, const struct ls_dataset *dataset,
                          const float *vector, const struct ls_observer *observer, double *product,
                          struct ls_sums *sums) {
    memset(product, 0, c->network->value_count * sizeof *product);
    *sums = (struct ls_sums){0};
    load_direction(c, vector);
    for (int first = 0; first < dataset->count; first += LS_CURVATURE_BATCH) {
        const int left = dataset->count - first,
                  images = left < LS_CURVATURE_BATCH ? left : LS_CURVATURE_BATCH;
        if (ls_stopped(observer))
            return false;
        run_batch(c, dataset, first, images);
        add_batch(c, images, product, sums);
    }
    return true;
}
