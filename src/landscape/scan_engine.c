/* A scan by this program's own engine. */
#include "base/threads.h"
#include "engine/team.h"
#include "landscape/scan_parts.h"
#include <omp.h>
#include <stdlib.h>

/* Threads take the next unit of work without waiting for one another, and whoever finishes a
 * point's last block of images sums it up. A unit is a whole point, so that its weights are made by
 * one thread only, or, at the end and where a point is long, one of its blocks. */
struct work {
    struct ls_scan_job *job;
    size_t whole_count;   /* of the points, the first: a unit each */
    int blocks;           /* of images, at every point */
    struct point *points; /* [point_count] */
};

/* A point at work. */
struct point {
    struct ls_sums *sums; /* [blocks]; there only while some are done and others are not */
    int blocks_left;
};

/* Room for a point's sums, made for its first block; NULL after a failure that ends the scan. */
static struct ls_sums *sums_of(const struct work *work, struct point *point) {
    struct ls_sums *sums;
    struct ls_error error;
#pragma omp critical(ls_scan_sums)
    {
        if (!point->sums)
            point->sums = calloc((size_t)work->blocks, sizeof *point->sums);
        sums = point->sums;
    }
    if (!sums) {
        ls_fail_memory(&error, "a point's sums");
        ls_scan_fail(work->job, &error);
    }
    return sums;
}

static void run_block(const struct work *work, struct ls_worker *worker, size_t p, int block) {
    const struct ls_scan *scan = work->job->scan;
    const int images = scan->dataset->count, first = block * LS_BLOCK;
    const int last = first + LS_BLOCK < images ? first + LS_BLOCK : images;
    struct point *point = &work->points[p];
    struct ls_sums *sums = sums_of(work, point);
    int left;
    if (!sums)
        return;
    sums[block] = ls_worker_evaluate(worker, scan->dataset, scan->loss, first, last, NULL);
    /* The sums of every block must be visible to the thread that finishes the point. */
#pragma omp atomic capture seq_cst
    left = --point->blocks_left;
    if (left > 0)
        return;
    const struct ls_sums total = ls_sums_total(sums, work->blocks);
    const struct ls_result result = ls_sums_result(&total, images);
    free(sums);
    point->sums = NULL;
    ls_scan_finish(work->job, p, &result, NULL, images);
}

static size_t unit_count(const struct work *work) {
    return work->whole_count + (work->job->point_count - work->whole_count) * (size_t)work->blocks;
}

/* Runs a unit; *at is the point that the worker's weights stand at. Returns false if the scan was
 * stopped. */
static bool run_unit(const struct work *work, struct ls_worker *worker, size_t unit, size_t *at) {
    const bool whole = unit < work->whole_count;
    const size_t rest = whole ? 0 : unit - work->whole_count, blocks = (size_t)work->blocks;
    const size_t p = whole ? unit : work->whole_count + rest / blocks;
    const int first = (int)(rest % blocks), last = whole ? work->blocks : first + 1;
    if (p != *at) {
        ls_scan_move(work->job, p, ls_worker_values(worker));
        ls_worker_load(worker);
        *at = p;
    }
    for (int block = first; block < last; block++) {
        if (ls_scan_stopped(work->job))
            return false;
        run_block(work, worker, p, block);
    }
    return true;
}

static void run_units(const struct work *work, const struct ls_team *team) {
    const size_t units = unit_count(work);
    size_t next = 0;
#pragma omp parallel num_threads(team->threads)
    {
        struct ls_worker *worker = team->workers[omp_get_thread_num()];
        size_t unit, at = work->job->point_count;
        do {
#pragma omp atomic capture
            unit = next++;
        } while (unit < units && run_unit(work, worker, unit, &at));
    }
}

/* Whole points only while there are enough for every thread, so that none waits at the end. */
static void share_out(struct work *work) {
    enum { FEW_BLOCKS = 8, SPARE = 2 };
    const size_t threads = (size_t)ls_thread_count(work->job->scan->threads);
    if (work->blocks <= FEW_BLOCKS && work->job->point_count > SPARE * threads)
        work->whole_count = work->job->point_count - SPARE * threads;
}

static enum ls_status prepare(struct work *work) {
    const size_t points = work->job->point_count;
    work->blocks = (work->job->scan->dataset->count + LS_BLOCK - 1) / LS_BLOCK;
    share_out(work);
    work->points = calloc(points + 1, sizeof *work->points);
    if (!work->points)
        return ls_fail_memory(work->job->error, "the scan");
    for (size_t p = 0; p < points; p++)
        work->points[p].blocks_left = work->blocks;
    return LS_OK;
}

enum ls_status ls_scan_by_engine(struct ls_scan_job *job) {
    const struct ls_scan *scan = job->scan;
    struct work work = {.job = job};
    struct ls_plan *plan = NULL;
    struct ls_team team = {0};
    enum ls_status status = prepare(&work);
    if (!status)
        status = ls_plan_create(&plan, &scan->model->network, scan->precision, job->error);
    if (!status)
        status = ls_team_create(&team, plan, scan->threads, unit_count(&work), job->error);
    if (!status)
        status = ls_scan_begin(job);
    if (!status)
        run_units(&work, &team);
    ls_team_free(&team);
    ls_plan_free(plan);
    for (size_t p = 0; p < job->point_count && work.points; p++)
        free(work.points[p].sums);
    free(work.points);
    return status;
}
