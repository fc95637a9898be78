#include "base/observer.h"
#include "engine/plan.h"
#include "landscape/refinement.h"
#include "landscape/scan_parts.h"
#include "landscape/surface_parts.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SAVE_SECONDS 2.0

void ls_scan_move(const struct ls_scan_job *job, size_t p, float *values) {
    const struct ls_scan *scan = job->scan;
    const size_t nx = (size_t)job->surface->nx, count = scan->model->network.value_count;
    const float *w = scan->model->values, *d = scan->directions->x, *e = scan->directions->y;
    const double a = job->surface->x[job->points[p] % nx];
    const double b = job->surface->y ? job->surface->y[job->points[p] / nx] : 0;
    if (e)
        for (size_t i = 0; i < count; i++)
            values[i] = (float)(w[i] + a * d[i] + b * e[i]);
    else
        for (size_t i = 0; i < count; i++)
            values[i] = (float)(w[i] + a * d[i]);
}

static void report(const struct ls_scan_job *job) {
    const bool known = job->done > 0; /* a loss */
    const struct ls_progress progress = {
        .phase = "scan",
        .done = (double)(job->point_total - job->point_count + job->done) + fmax(job->begun, 0),
        .total = (double)job->point_total,
        .resumed = (double)(job->point_total - job->point_count),
        .images = job->images,
        .seconds = omp_get_wtime() - job->start,
        .loss = known ? job->surface->loss[job->last] : 0,
        .accuracy = known ? job->surface->accuracy[job->last] : -1,
    };
    ls_report(job->scan->observer, &progress);
}

/* Whether the file is to be written now. If so, the caller writes the surface as it is now while
 * the others go on. One thread at a time. */
static bool begin_writing(struct ls_scan_job *job) {
    const size_t points = ls_surface_points(job->surface);
    const double now = omp_get_wtime();
    const double every =
        job->scan->save_seconds > 0 ? job->scan->save_seconds : DEFAULT_SAVE_SECONDS;
    if (!job->path || job->writing || now - job->saved < every)
        return false;
    for (int layer = 0; layer < LS_LAYERS; layer++)
        if (*ls_surface_layer(job->surface, layer))
            memcpy(job->snapshot + (size_t)layer * points, *ls_surface_layer(job->surface, layer),
                   points * sizeof(double));
    job->saved = now;
    job->writing = true;
    return true;
}

void ls_scan_fail(struct ls_scan_job *job, const struct ls_error *error) {
#pragma omp critical(ls_scan_fail)
    if (!job->status) {
        if (job->error)
            *job->error = *error;
#pragma omp atomic write
        job->status = error->status;
    }
}

static void write_snapshot(struct ls_scan_job *job) {
    struct ls_surface surface = *job->surface;
    for (int layer = 0; layer < LS_LAYERS; layer++)
        if (*ls_surface_layer(&surface, layer))
            *ls_surface_layer(&surface, layer) =
                job->snapshot + (size_t)layer * ls_surface_points(&surface);
    struct ls_error error;
    if (ls_surface_write(&surface, job->path, &error))
        ls_scan_fail(job, &error);
#pragma omp critical(ls_scan_finish)
    job->writing = false;
}

/* By one thread at a time, and none while another finishes a point. */
static void add_work(struct ls_scan_job *job, struct ls_scan_work work) {
    job->begun += work.points;
    job->images += work.images;
}

void ls_scan_advance(struct ls_scan_job *job, struct ls_scan_work work) {
#pragma omp critical(ls_scan_finish)
    {
        add_work(job, work);
        report(job);
    }
}

/* Writes a point's results into the surface. */
static void put(const struct ls_scan_job *job, size_t point, const struct ls_result *result,
                const struct ls_spectrum *spectrum, double images) {
    struct ls_surface *surface = job->surface;
    /* A loss that happens to be what marks a missing one moves by a rounding. */
    surface->loss[point] =
        result->loss == LS_NOT_COMPUTED ? nextafter(LS_NOT_COMPUTED, 0) : result->loss;
    surface->accuracy[point] = result->accuracy;
    surface->loss_error[point] = result->loss_error;
    if (surface->images && job->scan->relative_error > 0)
        surface->images[point] = images;
    if (spectrum && spectrum->count > 0) {
        surface->max_eig[point] = spectrum->values[spectrum->count - 1];
        surface->min_eig[point] = spectrum->values[0];
    }
}

void ls_scan_finish(struct ls_scan_job *job, size_t p, const struct ls_result *result,
                    const struct ls_spectrum *spectrum, double images, struct ls_scan_work before) {
    bool write = false;
#pragma omp critical(ls_scan_finish)
    {
        put(job, job->points[p], result, spectrum, images);
        job->last = job->points[p];
        job->done++;
        add_work(job, (struct ls_scan_work){-before.points, images - before.images});
        report(job);
        write = begin_writing(job);
    }
    if (write)
        write_snapshot(job);
}

bool ls_scan_stopped(const struct ls_scan_job *job) {
    enum ls_status status;
#pragma omp atomic read
    status = job->status;
    return status || ls_stopped(job->scan->observer);
}

enum ls_status ls_scan_begin(struct ls_scan_job *job) {
    job->start = job->saved = omp_get_wtime();
    return job->path ? ls_surface_write(job->surface, job->path, job->error) : LS_OK;
}

/* Lists the points to compute: of this part, those that are missing, from coarse to fine. */
static enum ls_status prepare(struct ls_scan_job *job) {
    const size_t total = ls_surface_points(job->surface);
    const size_t first = job->scan->parts ? (size_t)job->scan->part - 1 : 0;
    const size_t every = job->scan->parts ? (size_t)job->scan->parts : 1;
    size_t at[LS_LEVELS + 1] = {0}; /* of each level, the place of its next point in the list */
    job->points = calloc(ls_surface_missing(job->surface) + 1, sizeof *job->points);
    job->snapshot = calloc(LS_LAYERS * total, sizeof *job->snapshot);
    if (!job->points || !job->snapshot)
        return ls_fail_memory(job->error, "the scan");
    for (size_t i = first; i < total; i += every) {
        job->point_total++;
        if (job->surface->loss[i] != LS_NOT_COMPUTED)
            continue;
        at[ls_point_level(job->surface, i) + 1]++;
        job->point_count++;
    }
    for (int level = 0; level < LS_LEVELS; level++)
        at[level + 1] += at[level];
    for (size_t i = first; i < total; i += every)
        if (job->surface->loss[i] == LS_NOT_COMPUTED)
            job->points[at[ls_point_level(job->surface, i)]++] = i;
    return LS_OK;
}

static enum ls_status run(struct ls_scan_job *job) {
    enum ls_status status = prepare(job);
    if (!status)
        status = job->scan->evaluators ? ls_scan_by_evaluators(job)
                 : job->scan->hessian  ? ls_scan_by_curvature(job)
                                       : ls_scan_by_engine(job);
    if (status)
        return status;
    /* What is done is kept, whatever ended the scan. */
    if (job->path)
        status = ls_surface_write(job->surface, job->path, job->status ? NULL : job->error);
    if (job->status)
        return job->status;
    if (!status && job->done < job->point_count)
        status =
            ls_fail(job->error, LS_INTERRUPTED, "interrupted; the same command continues the scan");
    return status;
}

enum ls_status ls_scan_check(const struct ls_scan *scan, const struct ls_surface *surface,
                             struct ls_error *error) {
    if (scan->parts < 0 || (scan->parts && (scan->part < 1 || scan->part > scan->parts)))
        return ls_fail(error, LS_BAD_ARGUMENT, "there is no part %d of %d", scan->part,
                       scan->parts);
    if (!scan->directions->x || (surface->ny && !scan->directions->y))
        return ls_fail(error, LS_BAD_ARGUMENT, "a surface needs a direction for each of its axes");
    if (scan->hessian && (scan->evaluators || scan->loss != LS_CROSS_ENTROPY))
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "eigenvalues are of the cross-entropy that the engine computes");
    if (scan->hessian && !surface->max_eig)
        return ls_fail(error, LS_BAD_ARGUMENT, "the surface has no room for eigenvalues");
    if (!(scan->relative_error >= 0 && scan->relative_error <= 1) ||
        (scan->relative_error > 0 && (scan->evaluators || scan->hessian)))
        return ls_fail(
            error, LS_BAD_ARGUMENT,
            "a relative error is from 0 to 1, of losses that the engine computes without "
            "eigenvalues");
    return scan->evaluators ? LS_OK : ls_network_fits(&scan->model->network, scan->dataset, error);
}

enum ls_status ls_scan_run(const struct ls_scan *scan, struct ls_surface *surface, const char *path,
                           struct ls_error *error) {
    struct ls_scan_job job = {.scan = scan, .surface = surface, .path = path, .error = error};
    enum ls_status status = ls_scan_check(scan, surface, error);
    if (!status)
        status = run(&job);
    free(job.points);
    free(job.snapshot);
    return status;
}
