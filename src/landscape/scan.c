#include "landscape/scan.h"
#include "base/observer.h"
#include "base/threads.h"
#include "engine/team.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SAVE_SECONDS 2.0

/* A scan at work. Threads take the next unit of work without waiting for one another, and whoever
 * finishes a point's last block of images sums it up. A unit is a whole point, so that its weights
 * are made by one thread only, or, at the end and where a point is long, one of its blocks. */
struct job {
    const struct ls_scan *scan;
    struct ls_surface *surface;
    const char *path;
    size_t *points; /* [point_count] indices of the grid points to compute */
    size_t point_count;
    size_t whole_count;   /* of them, the first: a unit each */
    int blocks;           /* of images, at every point */
    struct ls_sums *sums; /* [point_count][blocks] */
    int *blocks_left;     /* [point_count] */
    double start, saved;  /* wall clock */
    double images;        /* evaluated so far */
    size_t done;          /* points finished */
    double *snapshot;     /* [3][points of the surface]: what a thread is writing to the file */
    bool writing;         /* a thread is */
    enum ls_status status;
    struct ls_error *error;
};

/* values[value_count] = w + a d + b e, computed in double and rounded once. */
static void move(const struct job *job, size_t point, float *values) {
    const struct ls_scan *scan = job->scan;
    const size_t nx = (size_t)job->surface->nx, count = scan->model->network.value_count;
    const float *w = scan->model->values, *d = scan->directions->x, *e = scan->directions->y;
    const double a = job->surface->x[point % nx];
    const double b = job->surface->y ? job->surface->y[point / nx] : 0;
    if (e)
        for (size_t i = 0; i < count; i++)
            values[i] = (float)(w[i] + a * d[i] + b * e[i]);
    else
        for (size_t i = 0; i < count; i++)
            values[i] = (float)(w[i] + a * d[i]);
}

static void report(const struct job *job, size_t point) {
    const struct ls_observer *observer = job->scan->observer;
    const size_t total = ls_surface_points(job->surface);
    if (!observer || !observer->report)
        return;
    struct ls_progress progress = {
        .phase = "scan",
        .done = (double)(total - job->point_count + job->done),
        .total = (double)total,
        .resumed = (double)(total - job->point_count),
        .images = job->images,
        .seconds = omp_get_wtime() - job->start,
        .loss = job->surface->loss[point],
        .accuracy = job->surface->accuracy[point],
    };
    observer->report(observer->context, &progress);
}

/* Whether the file is to be written now. If so, the caller writes the surface as it is now while
 * the others go on. One thread at a time. */
static bool begin_writing(struct job *job) {
    const size_t points = ls_surface_points(job->surface);
    const double now = omp_get_wtime();
    const double every =
        job->scan->save_seconds > 0 ? job->scan->save_seconds : DEFAULT_SAVE_SECONDS;
    if (!job->path || job->writing || now - job->saved < every)
        return false;
    memcpy(job->snapshot, job->surface->loss, points * sizeof(double));
    memcpy(job->snapshot + points, job->surface->accuracy, points * sizeof(double));
    memcpy(job->snapshot + 2 * points, job->surface->loss_error, points * sizeof(double));
    job->saved = now;
    job->writing = true;
    return true;
}

static void write_snapshot(struct job *job) {
    struct ls_surface surface = *job->surface;
    surface.loss = job->snapshot;
    surface.accuracy = surface.loss + ls_surface_points(&surface);
    surface.loss_error = surface.accuracy + ls_surface_points(&surface);
    enum ls_status status = ls_surface_write(&surface, job->path, job->error);
    if (status) {
#pragma omp atomic write
        job->status = status;
    }
#pragma omp critical(ls_scan_finish)
    job->writing = false;
}

/* Sums up a point whose blocks are all done; one thread at a time. */
static void finish_point(struct job *job, size_t p) {
    const size_t point = job->points[p];
    const int images = job->scan->dataset->count;
    const struct ls_sums total = ls_sums_total(job->sums + p * (size_t)job->blocks, job->blocks);
    const struct ls_result result = ls_sums_result(&total, images);
    job->surface->loss[point] = result.loss;
    job->surface->accuracy[point] = result.accuracy;
    job->surface->loss_error[point] = result.loss_error;
    job->done++;
    job->images += images;
    report(job, point);
}

static void run_block(struct job *job, struct ls_worker *worker, size_t p, int block) {
    const int images = job->scan->dataset->count, first = block * LS_BLOCK;
    const int last = first + LS_BLOCK < images ? first + LS_BLOCK : images;
    int left;
    bool write = false;
    job->sums[p * (size_t)job->blocks + (size_t)block] =
        ls_worker_evaluate(worker, job->scan->dataset, job->scan->loss, first, last, NULL);
    /* The sums of every block must be visible to the thread that finishes the point. */
#pragma omp atomic capture seq_cst
    left = --job->blocks_left[p];
    if (left > 0)
        return;
#pragma omp critical(ls_scan_finish)
    {
        finish_point(job, p);
        write = begin_writing(job);
    }
    if (write)
        write_snapshot(job);
}

static bool stopped(const struct job *job) {
    enum ls_status status;
#pragma omp atomic read
    status = job->status;
    return status || ls_stopped(job->scan->observer);
}

static size_t unit_count(const struct job *job) {
    return job->whole_count + (job->point_count - job->whole_count) * (size_t)job->blocks;
}

/* Runs a unit; *at is the point that the worker's weights stand at. Returns false if the scan was
 * stopped. */
static bool run_unit(struct job *job, struct ls_worker *worker, size_t unit, size_t *at) {
    const bool whole = unit < job->whole_count;
    const size_t rest = whole ? 0 : unit - job->whole_count, blocks = (size_t)job->blocks;
    const size_t p = whole ? unit : job->whole_count + rest / blocks;
    const int first = (int)(rest % blocks), last = whole ? job->blocks : first + 1;
    if (p != *at) {
        move(job, job->points[p], ls_worker_values(worker));
        ls_worker_load(worker);
        *at = p;
    }
    for (int block = first; block < last; block++) {
        if (stopped(job))
            return false;
        run_block(job, worker, p, block);
    }
    return true;
}

static void run_units(struct job *job, const struct ls_team *team) {
    const size_t units = unit_count(job);
    size_t next = 0;
#pragma omp parallel num_threads(team->threads)
    {
        struct ls_worker *worker = team->workers[omp_get_thread_num()];
        size_t unit, at = job->point_count;
        do {
#pragma omp atomic capture
            unit = next++;
        } while (unit < units && run_unit(job, worker, unit, &at));
    }
}

/* Whole points only while there are enough for every thread, so that none waits at the end. */
static void share_out(struct job *job) {
    enum { FEW_BLOCKS = 8, SPARE = 2 };
    const size_t threads = (size_t)ls_thread_count(job->scan->threads);
    if (job->blocks <= FEW_BLOCKS && job->point_count > SPARE * threads)
        job->whole_count = job->point_count - SPARE * threads;
}

static enum ls_status prepare(struct job *job) {
    const size_t total = ls_surface_points(job->surface);
    job->point_count = ls_surface_missing(job->surface);
    job->blocks = (job->scan->dataset->count + LS_BLOCK - 1) / LS_BLOCK;
    share_out(job);
    job->points = calloc(job->point_count + 1, sizeof *job->points);
    job->sums = calloc(job->point_count * (size_t)job->blocks + 1, sizeof *job->sums);
    job->blocks_left = calloc(job->point_count + 1, sizeof *job->blocks_left);
    job->snapshot = calloc(3 * total, sizeof *job->snapshot);
    if (!job->points || !job->sums || !job->blocks_left || !job->snapshot)
        return ls_fail_memory(job->error, "the scan");
    size_t p = 0;
    for (size_t i = 0; i < total; i++)
        if (job->surface->loss[i] == LS_NOT_COMPUTED)
            job->points[p++] = i;
    for (p = 0; p < job->point_count; p++)
        job->blocks_left[p] = job->blocks;
    job->start = job->saved = omp_get_wtime();
    return LS_OK;
}

static enum ls_status run(struct job *job) {
    struct ls_plan *plan = NULL;
    struct ls_team team = {0};
    enum ls_status status = prepare(job);
    if (!status)
        status =
            ls_plan_create(&plan, &job->scan->model->network, job->scan->precision, job->error);
    if (!status)
        status = ls_team_create(&team, plan, job->scan->threads, unit_count(job), job->error);
    if (!status &&
        job->path) /* an output that cannot be written fails before the work, not after */
        status = ls_surface_write(job->surface, job->path, job->error);
    if (!status) {
        run_units(job, &team);
        status = job->status;
        if (!status && job->path)
            status = ls_surface_write(job->surface, job->path, job->error);
        if (!status && job->done < job->point_count)
            status = ls_fail(job->error, LS_INTERRUPTED,
                             "interrupted; the same command continues the scan");
    }
    ls_team_free(&team);
    ls_plan_free(plan);
    return status;
}

enum ls_status ls_scan_run(const struct ls_scan *scan, struct ls_surface *surface, const char *path,
                           struct ls_error *error) {
    struct job job = {.scan = scan, .surface = surface, .path = path, .error = error};
    if (!scan->directions->x || (surface->ny && !scan->directions->y))
        return ls_fail(error, LS_BAD_ARGUMENT, "a surface needs a direction for each of its axes");
    enum ls_status status = ls_network_fits(&scan->model->network, scan->dataset, error);
    if (!status)
        status = run(&job);
    free(job.points);
    free(job.sums);
    free(job.blocks_left);
    free(job.snapshot);
    return status;
}
