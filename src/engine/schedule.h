/* The order of work of one training step: which operations a chunk of images goes through before
 * the threads have to meet, and when each buffer is alive. */
#ifndef LANDSCAPE_ENGINE_SCHEDULE_H
#define LANDSCAPE_ENGINE_SCHEDULE_H

#include "engine/lifetime.h"
#include "engine/phase.h"

/* One operation on one chunk. */
struct ls_task {
    int node;
    enum ls_phase phase;
};

/* Tasks every chunk runs in order without waiting, then reductions over all chunks. */
struct ls_stage {
    int first_task, task_count;
    int first_combine, combine_count;
};

struct ls_schedule {
    int stage_count, task_count, combine_count;
    struct ls_stage *stages;
    struct ls_task *tasks;
    struct ls_task *combines; /* phase LS_REDUCE or LS_BACKWARD_REDUCE */
    /* Per node, in floats: of the batch, or of a chunk for those that live in one stage only, which
     * every thread has for itself. A node whose gradient nobody needs has one of size 0. */
    struct ls_lifetime *values, *gradients; /* [node_count] each */
    size_t *partial_offset; /* [node_count][forward, backward] bytes into a chunk's partials */
    size_t partial_total;   /* bytes a chunk */
    bool (*accumulate)[LS_MAX_INPUTS]; /* [node_count] */
};

/* Plans the graph's training step on batches of up to `batch` images in chunks of up to `chunk`.
 * Free with ls_schedule_free. */
enum ls_status ls_schedule_create(struct ls_schedule *schedule, const struct ls_graph *graph,
                                  int batch, int chunk, struct ls_error *error);
void ls_schedule_free(struct ls_schedule *schedule);

/* Whether the buffer lives in one stage only. */
static inline bool ls_in_one_stage(const struct ls_lifetime *buffer) {
    return buffer->first == buffer->last;
}

#endif
