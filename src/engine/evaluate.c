#include "landscape/evaluate.h"
#include "base/observer.h"
#include "engine/team.h"
#include "ops/loss.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

static int block_count(const struct ls_dataset *dataset) {
    return (dataset->count + LS_BLOCK - 1) / LS_BLOCK;
}

/* sums[blocks] = the sums of each block of images; adds each thread's pixels to its
 * overlaps[threads][classes] unless that is NULL. Returns false if the observer asked to stop. */
static bool evaluate_blocks(const struct ls_team *team, const struct ls_dataset *dataset,
                            enum ls_loss loss, const struct ls_observer *observer, int blocks,
                            struct ls_sums *sums, struct ls_overlap *overlaps) {
    const double start = omp_get_wtime();
    int done = 0;
    bool complete = true;
#pragma omp parallel for num_threads(team->threads) schedule(dynamic, 1)
    for (int block = 0; block < blocks; block++) {
        const int first = block * LS_BLOCK;
        const int last = first + LS_BLOCK < dataset->count ? first + LS_BLOCK : dataset->count;
        if (ls_stopped(observer)) {
#pragma omp atomic write
            complete = false;
            continue;
        }
        const int thread = omp_get_thread_num();
        sums[block] = ls_worker_evaluate(team->workers[thread], dataset, loss, first, last,
                                         overlaps ? overlaps + thread * dataset->classes : NULL);
#pragma omp critical(ls_evaluate_report)
        {
            done += last - first;
            const struct ls_progress progress = {.phase = "evaluate",
                                                 .done = done,
                                                 .total = dataset->count,
                                                 .images = done,
                                                 .seconds = omp_get_wtime() - start};
            ls_report(observer, &progress);
        }
    }
    return complete;
}

/* Of the pixels of all threads, which are added up in those of the first. */
static double mean_iou(struct ls_overlap *overlaps, int threads, int classes) {
    for (int i = classes; i < threads * classes; i++) {
        overlaps[i % classes].both += overlaps[i].both;
        overlaps[i % classes].predicted += overlaps[i].predicted;
        overlaps[i % classes].labelled += overlaps[i].labelled;
    }
    return ls_overlap_mean_iou(overlaps, classes);
}

static enum ls_status evaluate(const struct ls_model *model, const struct ls_team *team,
                               const struct ls_dataset *dataset, enum ls_loss loss,
                               const struct ls_observer *observer, struct ls_result *result,
                               struct ls_error *error) {
    const int blocks = block_count(dataset);
    const bool segments = dataset->labels_per_image > 1;
    struct ls_sums *sums = calloc((size_t)blocks, sizeof *sums);
    struct ls_overlap *overlaps =
        segments ? calloc((size_t)team->threads * (size_t)dataset->classes, sizeof *overlaps)
                 : NULL;
    if (!sums || (segments && !overlaps)) {
        free(sums);
        free(overlaps);
        return ls_fail_memory(error, "an evaluation");
    }
    for (int t = 0; t < team->threads; t++) {
        ls_worker_load_values(team->workers[t], model->values);
    }
    bool complete = evaluate_blocks(team, dataset, loss, observer, blocks, sums, overlaps);
    const struct ls_sums total = ls_sums_total(sums, blocks);
    *result = ls_sums_result(&total, dataset->count);
    if (segments)
        result->mean_iou = 100 * mean_iou(overlaps, team->threads, dataset->classes);
    free(sums);
    free(overlaps);
    return complete ? LS_OK : ls_fail(error, LS_INTERRUPTED, "interrupted");
}

enum ls_status ls_evaluate(const struct ls_model *model, const struct ls_dataset *dataset,
                           enum ls_loss loss, enum ls_precision precision, int threads,
                           const struct ls_observer *observer, struct ls_result *result,
                           struct ls_error *error) {
    struct ls_plan *plan = NULL;
    struct ls_team team = {0};
    enum ls_status status = ls_network_fits(&model->network, dataset, error);
    if (!status)
        status = ls_plan_create(&plan, &model->network, precision, error);
    if (!status)
        status = ls_team_create(&team, plan, threads, (size_t)block_count(dataset), error);
    if (!status)
        status = evaluate(model, &team, dataset, loss, observer, result, error);
    ls_team_free(&team);
    ls_plan_free(plan);
    return status;
}
