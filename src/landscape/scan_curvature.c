/* A scan that looks for eigenvalues of the Hessian: one point after the other, by all threads. */
#include "base/alloc.h"
#include "landscape/hessian_search.h"
#include "landscape/scan_parts.h"
#include <math.h>
#include <stdlib.h>

/* What is known of the points so far: a search ends when it has found what it looks for. */
struct course {
    struct ls_scan_job *job;
    int points;               /* finished, ... */
    double products;          /* ... which took so many */
    struct ls_scan_work work; /* on the present one */
};

/* Of an observer: whether the scan is to end. */
static bool is_over(void *course) {
    return ls_scan_stopped(((const struct course *)course)->job);
}

/* Of an observer: a product more. It is as large a part of the point as it was of those before. */
static void advance(void *context, const struct ls_progress *progress) {
    struct course *course = context;
    const double usual = course->points ? course->products / course->points : progress->total;
    const double part = progress->done / fmax(usual, progress->done + 1);
    const struct ls_scan_work more = {part - course->work.points,
                                      progress->images - course->work.images};
    course->work = (struct ls_scan_work){part, progress->images};
    ls_scan_advance(course->job, more);
}

/* Computes a point; returns false if the scan ends. Eigenvalues stay unknown where products are not
 * finite, far away from the network, and where there were not enough to settle them. */
static bool run_point(struct course *course, struct ls_hessian_search *search, size_t p,
                      float *values) {
    struct ls_scan_job *job = course->job;
    struct ls_spectrum spectrum = {0};
    struct ls_result result;
    struct ls_error error = {0};
    if (ls_scan_stopped(job))
        return false;
    ls_scan_move(job, p, values);
    course->work = (struct ls_scan_work){0};
    const enum ls_status status = ls_hessian_search_run(search, values, &spectrum, &result, &error);
    const bool known = !status && (spectrum.converged || job->scan->hessian->tolerance == 0);
    if (!status || status == LS_NOT_FINITE) {
        ls_scan_finish(job, p, &result, known ? &spectrum : NULL, course->work.images,
                       course->work);
        course->points++;
        course->products += course->work.images / job->scan->dataset->count;
    } else if (status != LS_INTERRUPTED) {
        ls_scan_fail(job, &error);
    }
    ls_spectrum_free(&spectrum);
    return !status || status == LS_NOT_FINITE;
}

enum ls_status ls_scan_by_curvature(struct ls_scan_job *job) {
    const struct ls_scan *scan = job->scan;
    struct course course = {.job = job};
    const struct ls_observer observer = {.report = advance, .stop = is_over, .context = &course};
    struct ls_hessian hessian = *scan->hessian;
    struct ls_hessian_search *search = NULL;
    hessian.threads = scan->threads;
    hessian.observer = &observer;
    float *values = ls_alloc(scan->model->network.value_count, sizeof *values);
    enum ls_status status = values ? LS_OK : ls_fail_memory(job->error, "the scan");
    if (!status)
        status = ls_hessian_search_create(&search, &hessian, &scan->model->network, scan->dataset,
                                          job->error);
    if (!status)
        status = ls_scan_begin(job);
    for (size_t p = 0; !status && p < job->point_count; p++)
        if (!run_point(&course, search, p, values))
            break;
    ls_hessian_search_free(search);
    free(values);
    return status;
}
