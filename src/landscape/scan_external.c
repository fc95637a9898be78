/* A scan by evaluators: each of them has a thread that hands it one point after the other. */
#include "base/alloc.h"
#include "landscape/scan_parts.h"
#include <omp.h>
#include <stdlib.h>

/* Of an observer: whether the scan is to end, because another evaluator failed, say. */
static bool is_over(void *job) {
    return ls_scan_stopped(job);
}

/* Computes a point by evaluator `which`; returns false if that was the last. */
static bool run_point(struct ls_scan_job *job, int which, size_t p, float *values) {
    const struct ls_observer observer = {.stop = is_over, .context = job};
    struct ls_result result;
    struct ls_error error = {0};
    if (ls_scan_stopped(job))
        return false;
    ls_scan_move(job, p, values);
    enum ls_status status =
        ls_evaluators_ask(job->scan->evaluators, which, values, &observer, &result, &error);
    if (!status)
        ls_scan_finish(job, p, &result, NULL, 0, (struct ls_scan_work){0});
    else if (status != LS_INTERRUPTED)
        ls_scan_fail(job, &error);
    return !status;
}

/* values[threads][value_count] is room for the points at work. */
static void run_points(struct ls_scan_job *job, int threads, float *values) {
    const size_t count = job->scan->model->network.value_count;
    size_t next = 0;
#pragma omp parallel num_threads(threads)
    {
        const int which = omp_get_thread_num();
        size_t p;
        do {
#pragma omp atomic capture
            p = next++;
        } while (p < job->point_count && run_point(job, which, p, values + (size_t)which * count));
    }
}

enum ls_status ls_scan_by_evaluators(struct ls_scan_job *job) {
    const size_t count = job->scan->model->network.value_count;
    const int threads = ls_evaluators_count(job->scan->evaluators);
    float *values = ls_alloc((size_t)threads * count, sizeof *values);
    if (!values)
        return ls_fail_memory(job->error, "the scan");
    const enum ls_status status = ls_scan_begin(job);
    if (!status)
        run_points(job, threads, values);
    free(values);
    return status;
}
