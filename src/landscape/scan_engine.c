/* A scan by this program's own engine. */
#include "base/threads.h"
#include "engine/team.h"
#include "landscape/point_sums.h"
#include "landscape/scan_parts.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>

/* Threads take the next unit of work without waiting for one another. A unit is a whole point, so
 * that its weights are made by one thread only, or, at the end and where a point is long, one of
 * its blocks of images. */
struct work {
    struct ls_scan_job *job;
    size_t whole_count; /* of the points, the first: a unit each */
    struct ls_point_images images;
    int blocks;                   /* that they are */
    struct ls_point_sums *points; /* [point_count] */
};

static bool is_finished(const struct ls_point_sums *point) {
    bool finished;
#pragma omp critical(ls_scan_sums)
    finished = point->finished;
    return finished;
}

/* Work of so many images on a point. */
static struct ls_scan_work work_of(const struct work *work, int images) {
    return (struct ls_scan_work){(double)images / work->images.count, images};
}

/* Returns whether that was the last block that the point needs. */
static bool run_block(const struct work *work, struct ls_worker *worker, size_t p, int block) {
    const struct ls_scan *scan = work->job->scan;
    struct ls_point_sums *point = &work->points[p];
    struct ls_error error;
    enum ls_status status;
    bool finished;
    int before, after; /* images that were seen */
    const struct ls_sums sums =
        ls_worker_evaluate(worker, scan->dataset, scan->loss, ls_point_first(&work->images, block),
                           ls_point_first(&work->images, block + 1), NULL);
#pragma omp critical(ls_scan_sums)
    {
        before = point->seen;
        status = ls_point_take(point, &work->images, block, &sums, &finished, &error);
        after = point->seen;
    }
    if (status)
        ls_scan_fail(work->job, &error);
    else if (finished)
        ls_scan_finish(work->job, p, &point->result, NULL, point->used, work_of(work, before));
    else if (after > before)
        ls_scan_advance(work->job, work_of(work, after - before));
    return finished;
}

static size_t unit_count(const struct work *work) {
    return work->whole_count + (work->job->point_count - work->whole_count) * (size_t)work->blocks;
}

/* The point, and the first of the blocks, that a unit is. Where points may end early, the first
 * blocks of all points come first, so that few are computed that none needs. */
static size_t point_of(const struct work *work, size_t unit, int *block) {
    *block = 0;
    if (unit < work->whole_count)
        return unit;
    const size_t rest = unit - work->whole_count, blocks = (size_t)work->blocks;
    const size_t shared = work->job->point_count - work->whole_count;
    const bool by_block = work->images.relative_error > 0;
    *block = (int)(by_block ? rest / shared : rest % blocks);
    return work->whole_count + (by_block ? rest % shared : rest / blocks);
}

/* Runs a unit; *at is the point that the worker's weights stand at. Returns false if the scan was
 * stopped. */
static bool run_unit(const struct work *work, struct ls_worker *worker, size_t unit, size_t *at) {
    int first;
    const size_t p = point_of(work, unit, &first);
    const int last = unit < work->whole_count ? work->blocks : first + 1;
    if (is_finished(&work->points[p]))
        return true;
    if (p != *at) {
        ls_scan_move(work->job, p, ls_worker_values(worker));
        ls_worker_load(worker);
        *at = p;
    }
    for (int block = first; block < last; block++) {
        if (ls_scan_stopped(work->job))
            return false;
        if (run_block(work, worker, p, block))
            break;
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

/* Whole points only while there are enough for every thread, so that none waits long at the end.
 * Where a point may end early, others than the thread that is at it would compute blocks in vain.
 */
static void share_out(struct work *work) {
    enum { FEW_BLOCKS = 8, SPARE = 2 };
    const size_t threads = (size_t)ls_thread_count(work->job->scan->threads);
    if ((work->blocks <= FEW_BLOCKS || work->job->scan->relative_error > 0) &&
        work->job->point_count > SPARE * threads)
        work->whole_count = work->job->point_count - SPARE * threads;
}

/* The loss where every class is as likely as any other. */
static double undecided(enum ls_loss loss, int classes) {
    return loss == LS_CROSS_ENTROPY ? log(classes) : (1 - 1.0 / classes) / classes;
}

static enum ls_status prepare(struct work *work) {
    const size_t points = work->job->point_count;
    const struct ls_scan *scan = work->job->scan;
    work->images = (struct ls_point_images){scan->dataset->count, LS_BLOCK, scan->relative_error,
                                            undecided(scan->loss, scan->dataset->classes)};
    work->blocks = ls_point_blocks(&work->images);
    share_out(work);
    work->points = calloc(points + 1, sizeof *work->points);
    if (!work->points)
        return ls_fail_memory(work->job->error, "the scan");
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
        ls_point_free(&work.points[p]);
    free(work.points);
    return status;
}
