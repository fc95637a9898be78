#include "cli/scan_job.h"
#include "base/lock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/watch.h"
#include "engine/plan.h"
#include <math.h>

/* All that a scan needs, loaded. */
struct job {
    struct cli_watch watch;
    struct ls_lock lock; /* that nobody else scans into the same file */
    struct ls_model model;
    struct ls_dataset dataset;
    struct ls_evaluators *evaluators;
    struct ls_directions directions;
    struct ls_hessian hessian;
    struct ls_scan scan;
    struct ls_surface surface;
};

/* The ends that are to be found. */
static struct ls_range fitted(const struct job *job, const struct ls_range *range, int axis) {
    return isnan(range->min) ? ls_trajectory_range(&job->directions.trajectory, axis, range->count)
                             : *range;
}

/* Where the output cannot be written nothing is read; evaluators, which may take long to get ready,
 * are last to start. */
static enum ls_status load(struct job *job, const struct cli_scan_options *o,
                           struct ls_error *error) {
    const bool two = o->y.count > 0;
    const struct cli_subject subject = {o->model, o->arch,   o->data,   o->pixels,
                                        o->train, o->images, o->threads};
    enum ls_status status = ls_lock_take(&job->lock, o->output, error);
    if (!status)
        status = o->evaluator
                     ? ls_model_load_tensors(&job->model, o->model, NULL, error)
                     : cli_load(&subject, &job->watch.observer, &job->model, &job->dataset, error);
    if (!status && o->relative_error > 0 && job->dataset.count > LS_BLOCK) /* the first may do */
        cli_note_order(&job->dataset, LS_BLOCK);
    if (!status)
        status = ls_directions_make(&job->directions, &job->model, &o->directions, two, error);
    if (!status && o->evaluator)
        status = ls_evaluators_start(&job->evaluators, o->evaluator, o->threads ? o->threads : 1,
                                     &job->model.network, &job->watch.observer, error);
    job->hessian = ls_hessian_default();
    job->scan = (struct ls_scan){.model = &job->model,
                                 .directions = &job->directions,
                                 .evaluators = job->evaluators,
                                 .dataset = &job->dataset,
                                 .loss = o->loss,
                                 .hessian = o->eigenvalues ? &job->hessian : NULL,
                                 .precision = o->precision,
                                 .relative_error = o->relative_error,
                                 .threads = o->threads,
                                 .observer = &job->watch.observer,
                                 .part = o->part,
                                 .parts = o->parts,
                                 .save_seconds = o->save_seconds,
                                 .model_path = o->model,
                                 .save_directions = o->save_directions,
                                 .names = {o->names[0], o->names[1], o->names[2]}};
    if (status)
        return status;
    const struct ls_range x = fitted(job, &o->x, 0), y = fitted(job, &o->y, 1);
    return ls_scan_open(&job->scan, &x, two ? &y : NULL, o->output, &job->surface, error);
}

static enum ls_status run(struct job *job, const char *path, struct ls_error *error) {
    const size_t points = ls_surface_points(&job->surface);
    const size_t missing = ls_surface_missing(&job->surface);
    const struct ls_trajectory *way = &job->directions.trajectory;
    if (way->count > 0)
        fprintf(stderr, "the two directions show %.1f %% + %.1f %% of how %d checkpoints vary\n",
                100 * way->explained[0], 100 * way->explained[1], way->count);
    if (!job->evaluators && ls_scan_of_other_data(&job->scan)) {
        char trained[256];
        snprintf(trained, sizeof trained, "%s", ls_metadata_get(&job->model.metadata, "data"));
        ls_make_printable(trained);
        fprintf(stderr, "note: the model was trained on %s, the scan is of %s (--data)\n", trained,
                job->dataset.name);
    }
    if (missing < points)
        fprintf(stderr, "%s: continuing, %zu of %zu points are done\n", path, points - missing,
                points);
    enum ls_status status = ls_scan_run(&job->scan, &job->surface, path, error);
    cli_watch_end(&job->watch);
    return status;
}

/* How many images the points took, and whether these were enough. */
static void tell_images(const struct job *job) {
    const struct ls_surface *s = &job->surface;
    size_t known = 0, unsure = 0;
    double images = 0;
    for (size_t i = 0; i < ls_surface_points(s); i++)
        if (s->images[i] > 0) {
            known++;
            images += s->images[i];
            unsure += s->loss_error[i] > job->scan.relative_error * s->loss[i];
        }
    if (known)
        fprintf(stderr, "%.0f images a point of %d\n", images / (double)known, job->dataset.count);
    if (unsure)
        fprintf(stderr, "%zu of %zu points have larger errors: all %d images are too few\n", unsure,
                known, job->dataset.count);
}

/* A sentence on what was found, and a warning where values are not numbers. */
static void summarise(const struct job *job) {
    const struct ls_surface *s = &job->surface;
    const struct ls_directions *d = &job->directions;
    const size_t points = ls_surface_points(s);
    const size_t computed = points - ls_surface_missing(s);
    size_t best = 0, bad = 0, unknown = 0;
    double lowest = INFINITY;
    for (size_t i = 0; i < points; i++) {
        if (s->loss[i] != LS_NOT_COMPUTED && s->loss[i] < lowest)
            lowest = s->loss[best = i];
        bad += !isfinite(s->loss[i]);
        unknown += s->max_eig && s->loss[i] != LS_NOT_COMPUTED && isnan(s->max_eig[i]);
    }
    if (d->y && d->trajectory.count == 0)
        fprintf(stderr, "cosine of the angle between the directions: %.4f\n",
                ls_direction_cosine(&job->model.network, d->x, d->y));
    if (s->images)
        tell_images(job);
    if (bad)
        fprintf(stderr, "%zu of %zu points have no finite loss\n", bad, computed);
    if (unknown)
        fprintf(stderr,
                "%zu of %zu points have no eigenvalues: %d products do not settle them, or "
                "are not finite\n",
                unknown, computed, job->hessian.products);
    if (computed < points)
        fprintf(stderr, "%zu points are of other parts: 'landscape merge' puts them together\n",
                points - computed);
    if (isinf(lowest))
        return;
    fprintf(stderr, "lowest loss %.6g", lowest);
    if (s->accuracy[best] >= 0)
        fprintf(stderr, " (accuracy %.2f %%)", s->accuracy[best]);
    fprintf(stderr, " at x = %g", s->x[best % (size_t)s->nx]);
    if (s->y)
        fprintf(stderr, ", y = %g", s->y[best / (size_t)s->nx]);
    fputc('\n', stderr);
}

int cli_scan_run(const struct cli_scan_options *options) {
    struct job job = {0};
    struct ls_error error = {0};
    cli_watch_start(&job.watch);
    enum ls_status status = load(&job, options, &error);
    if (!status)
        status = run(&job, options->output, &error);
    if (!status)
        summarise(&job);
    ls_evaluators_stop(job.evaluators);
    ls_lock_release(&job.lock);
    ls_surface_free(&job.surface);
    ls_directions_free(&job.directions);
    ls_dataset_free(&job.dataset);
    ls_model_free(&job.model);
    return status ? cli_error("scan", &error) : CLI_DONE;
}
