#include "engine/phase.h"
#include "base/alloc.h"
#include "kernels/kernels.h"
#include "kernels/tile_conv.h"

int ls_phase_needs(const struct ls_op *op, enum ls_phase phase) {
    switch (phase) {
    case LS_REDUCE:
        return LS_NEEDS_INPUTS;
    case LS_FORWARD:
        return LS_NEEDS_INPUTS | LS_NEEDS_OUTPUT;
    case LS_LOSS:
        return LS_NEEDS_OUTPUT;
    case LS_BACKWARD_REDUCE:
        return op->reduce_needs;
    case LS_BACKWARD:
        return op->backward_needs;
    }
    return 0;
}

void ls_phase_store(struct ls_graph *graph, enum ls_precision precision, int images) {
    const struct ls_storage bfloats = {.format = LS_BFLOATS, .images = images};
    if (precision == LS_FP32)
        return;
    for (int n = 0; n < graph->node_count; n++) {
        struct ls_node *node = &graph->nodes[n];
        const struct ls_op *other = node->op->in_bfloats;
        for (int i = 0; i < node->input_count; i++)
            node->in_storage[i] = bfloats;
        if (n == graph->node_count - 1)
            break; /* the logits */
        node->out_storage = bfloats;
        if (other && ls_tile_kernels()->fast && other->suits(node))
            node->op = other;
    }
}

/* Whether the operation takes the node's activations as they are stored. */
static bool takes(const struct ls_node *node) {
    int bfloats = node->out_storage.format == LS_BFLOATS;
    for (int i = 0; i < node->input_count; i++)
        bfloats += node->in_storage[i].format == LS_BFLOATS;
    return bfloats == 0 || (bfloats == node->input_count + 1 && node->op->takes_bfloats);
}

/* Values of some images as floats: where they are stored, or a copy. */
struct view {
    float *floats;
    uint16_t *bfloats; /* what the copy is of, or NULL */
    size_t count;
};

/* Views images first .. last-1 of an activation, taking *room for a copy if there must be one. */
static struct view view(const void *activation, struct ls_shape shape, struct ls_storage storage,
                        int first, int last, float **room) {
    const size_t size = ls_shape_size(shape), at = size * (size_t)first;
    struct view v = {.count = size * (size_t)(last - first)};
    if (storage.format == LS_BFLOATS) {
        v.bfloats = (uint16_t *)activation + at;
        v.floats = *room;
        *room += ls_align_floats(v.count);
    } else {
        v.floats = (float *)activation + at;
    }
    return v;
}

static float *widen(struct view v) {
    if (v.bfloats)
        ls_kernels()->widen(v.count, v.bfloats, v.floats);
    return v.floats;
}

static void narrow(struct view v) {
    if (v.bfloats)
        ls_kernels()->narrow(v.count, v.floats, v.bfloats);
}

static void run(const struct ls_call *call, enum ls_phase phase, int first, int last,
                void *partial) {
    const struct ls_op *op = call->node->op;
    if (phase == LS_REDUCE)
        op->reduce(call, first, last, partial);
    else if (phase == LS_FORWARD)
        op->forward(call, first, last);
    else if (phase == LS_BACKWARD_REDUCE)
        op->backward_reduce(call, first, last, partial);
    else
        op->backward(call, first, last);
}

/* Views the output's gradient, whose copy is the first in the room in both backward phases: the
 * second one finds it there. */
static float *gradient(const struct ls_call *call, enum ls_phase phase, int first, int last,
                       float **room) {
    const struct ls_node *node = call->node;
    const struct view v = view(call->output_grad, node->out, node->out_storage, first, last, room);
    const bool there =
        phase == LS_BACKWARD && node->op->backward_reduce && !node->op->backward_waits;
    return there ? v.floats : widen(v);
}

/* The first input whose gradient is at the same place as that of input i: itself, unless an
 * activation is taken twice. */
static int first_use(const struct ls_call *call, int i) {
    int first = 0;
    while (call->input_grads[first] != call->input_grads[i])
        first++;
    return first;
}

/* Runs a phase on floats. */
static void run_copies(const struct ls_call *call, enum ls_phase phase, int first, int last,
                       void *partial, float *room) {
    const struct ls_node *node = call->node;
    const int needs = ls_phase_needs(node->op, phase);
    struct ls_call wide = *call;
    struct view output = {0}, grads[LS_MAX_INPUTS] = {{0}};
    if (phase == LS_BACKWARD_REDUCE || phase == LS_BACKWARD)
        wide.output_grad = gradient(call, phase, first, last, &room);
    if (needs & LS_NEEDS_OUTPUT) {
        output = view(call->output, node->out, node->out_storage, first, last, &room);
        wide.output = phase == LS_FORWARD ? output.floats : widen(output);
    }
    for (int i = 0; i < node->input_count; i++) {
        if (needs & LS_NEEDS_INPUTS)
            wide.inputs[i] =
                widen(view(call->inputs[i], node->in[i], node->in_storage[i], first, last, &room));
        if (phase != LS_BACKWARD || !call->input_grads[i])
            continue;
        const int same = first_use(call, i);
        if (same < i) { /* two inputs are one: their gradients are added in one place */
            wide.input_grads[i] = wide.input_grads[same];
            continue;
        }
        grads[i] = view(call->input_grads[i], node->in[i], node->in_storage[i], first, last, &room);
        wide.input_grads[i] = call->accumulate[i] ? widen(grads[i]) : grads[i].floats;
    }
    run(&wide, phase, 0, last - first, partial);
    if (phase == LS_FORWARD)
        narrow(output);
    for (int i = 0; i < node->input_count; i++)
        if (grads[i].floats)
            narrow(grads[i]);
}

size_t ls_phase_floats(const struct ls_node *node, int images) {
    size_t out = ls_align_floats(ls_shape_size(node->out) * (size_t)images), in = 0;
    if (takes(node))
        return 0;
    for (int i = 0; i < node->input_count; i++)
        in += ls_align_floats(ls_shape_size(node->in[i]) * (size_t)images);
    const int needs = node->op->backward_needs;
    if (needs & LS_NEEDS_OUTPUT)
        out *= 2;
    if (needs & LS_NEEDS_INPUTS)
        in *= 2;
    return out + in;
}

void ls_phase_run(const struct ls_call *call, enum ls_phase phase, int first, int last,
                  void *partial, float *room) {
    if (takes(call->node))
        run(call, phase, first, last, partial);
    else
        run_copies(call, phase, first, last, partial, room);
}
