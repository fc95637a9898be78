#include "engine/schedule.h"
#include "base/alloc.h"
#include <stdlib.h>

static struct ls_stage *current(struct ls_schedule *s) {
    return &s->stages[s->stage_count - 1];
}

static void open_stage(struct ls_schedule *s) {
    s->stages[s->stage_count++] =
        (struct ls_stage){.first_task = s->task_count, .first_combine = s->combine_count};
}

static void add_task(struct ls_schedule *s, int node, enum ls_phase phase) {
    s->tasks[s->task_count++] = (struct ls_task){node, phase};
    current(s)->task_count++;
}

static void add_combine(struct ls_schedule *s, int node, enum ls_phase phase) {
    s->combines[s->combine_count++] = (struct ls_task){node, phase};
    current(s)->combine_count++;
}

static void schedule_forward(struct ls_schedule *s, const struct ls_graph *graph) {
    for (int n = 1; n < graph->node_count; n++) {
        if (graph->nodes[n].op->reduce) {
            add_task(s, n, LS_REDUCE);
            add_combine(s, n, LS_REDUCE);
            open_stage(s);
        }
        add_task(s, n, LS_FORWARD);
    }
    add_task(s, graph->node_count - 1, LS_LOSS);
}

static void schedule_backward(struct ls_schedule *s, const struct ls_graph *graph) {
    for (int n = graph->node_count - 1; n > 0; n--) {
        const struct ls_op *op = graph->nodes[n].op;
        if (op->backward_reduce) {
            add_task(s, n, LS_BACKWARD_REDUCE);
            add_combine(s, n, LS_BACKWARD_REDUCE);
            if (op->backward_waits)
                open_stage(s);
        }
        add_task(s, n, LS_BACKWARD);
    }
}

static void touch(struct ls_lifetime *buffer, int stage) {
    buffer->first = stage < buffer->first ? stage : buffer->first;
    buffer->last = stage > buffer->last ? stage : buffer->last;
}

/* Marks what a task reads and writes as alive in its stage. */
static void touch_task(struct ls_schedule *s, const struct ls_graph *graph, struct ls_task task,
                       int stage) {
    const struct ls_node *node = &graph->nodes[task.node];
    const bool forward = task.phase == LS_REDUCE || task.phase == LS_FORWARD;
    const int needs = ls_phase_needs(node->op, task.phase);
    if (needs & LS_NEEDS_OUTPUT)
        touch(&s->values[task.node], stage);
    if (!forward)
        touch(&s->gradients[task.node], stage);
    for (int i = 0; i < node->input_count; i++) {
        if (needs & LS_NEEDS_INPUTS)
            touch(&s->values[node->input[i]], stage);
        if (task.phase == LS_BACKWARD)
            touch(&s->gradients[node->input[i]], stage);
    }
}

static void plan_lifetimes(struct ls_schedule *s, const struct ls_graph *graph, int batch,
                           int chunk) {
    for (int n = 0; n < graph->node_count; n++)
        s->values[n] = s->gradients[n] = (struct ls_lifetime){.first = s->stage_count, .last = -1};
    for (int stage = 0; stage < s->stage_count; stage++)
        for (int t = 0; t < s->stages[stage].task_count; t++)
            touch_task(s, graph, s->tasks[s->stages[stage].first_task + t], stage);
    /* The caller fills in the images of the batch before the step, so that they are of more than
     * one stage even where that is all there is. */
    touch(&s->values[0], -1);
    touch(&s->values[0], s->stage_count - 1);
    for (int n = 0; n < graph->node_count; n++) {
        const struct ls_node *node = &graph->nodes[n];
        s->values[n].size = ls_output_floats(node, ls_in_one_stage(&s->values[n]) ? chunk : batch);
        if (n > 0)
            s->gradients[n].size =
                ls_output_floats(node, ls_in_one_stage(&s->gradients[n]) ? chunk : batch);
    }
}

/* In backward order, the first consumer of a value sets its gradient, the others add to it. */
static void plan_accumulation(struct ls_schedule *s, const struct ls_graph *graph, bool *written) {
    for (int n = graph->node_count - 1; n > 0; n--)
        for (int i = 0; i < graph->nodes[n].input_count; i++) {
            int input = graph->nodes[n].input[i];
            s->accumulate[n][i] = written[input];
            written[input] = true;
        }
}

/* Partials live from their task to the end of the stage, so stages share their memory. */
static void plan_partials(struct ls_schedule *s, const struct ls_graph *graph) {
    for (int stage = 0; stage < s->stage_count; stage++) {
        size_t total = 0;
        for (int c = 0; c < s->stages[stage].combine_count; c++) {
            const struct ls_task task = s->combines[s->stages[stage].first_combine + c];
            const struct ls_node *node = &graph->nodes[task.node];
            s->partial_offset[2 * task.node + (task.phase == LS_BACKWARD_REDUCE)] = total;
            total += ls_align_bytes(node->op->partial_size(node, task.phase != LS_REDUCE));
        }
        s->partial_total = total > s->partial_total ? total : s->partial_total;
    }
}

enum ls_status ls_schedule_create(struct ls_schedule *s, const struct ls_graph *graph, int batch,
                                  int chunk, struct ls_error *error) {
    const size_t nodes = (size_t)graph->node_count;
    *s = (struct ls_schedule){0};
    s->stages = calloc(2 * nodes + 1, sizeof *s->stages);
    s->tasks = calloc(4 * nodes + 1, sizeof *s->tasks);
    s->combines = calloc(2 * nodes, sizeof *s->combines);
    s->values = calloc(nodes, sizeof *s->values);
    s->gradients = calloc(nodes, sizeof *s->gradients);
    s->partial_offset = calloc(2 * nodes, sizeof *s->partial_offset);
    s->accumulate = calloc(nodes, sizeof *s->accumulate);
    bool *written = calloc(nodes, sizeof *written);
    bool complete = s->stages && s->tasks && s->combines && s->values && s->gradients &&
                    s->partial_offset && s->accumulate && written;
    if (complete) {
        open_stage(s);
        schedule_forward(s, graph);
        schedule_backward(s, graph);
        plan_lifetimes(s, graph, batch, chunk);
        plan_accumulation(s, graph, written);
        plan_partials(s, graph);
    } else {
        ls_schedule_free(s);
    }
    free(written);
    return complete ? LS_OK : ls_fail_memory(error, "the training schedule");
}

void ls_schedule_free(struct ls_schedule *s) {
    free(s->stages);
    free(s->tasks);
    free(s->combines);
    free(s->values);
    free(s->gradients);
    free(s->partial_offset);
    free(s->accumulate);
    *s = (struct ls_schedule){0};
}
