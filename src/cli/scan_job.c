#include "cli/scan_job.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/watch.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All that a scan needs, loaded. */
struct job {
    const struct cli_scan_options *options;
    struct ls_model model, model2, model3;
    struct ls_dataset dataset;
    float *x, *y; /* directions [value_count] */
    bool states;  /* what the directions cover */
    struct ls_surface surface;
};

/* The direction of one axis: towards `target`, or random. */
static enum ls_status make_direction(struct job *job, int axis, const char *target_path,
                                     struct ls_model *target, float *direction,
                                     struct ls_error *error) {
    if (!target_path)
        return ls_direction_random(&job->model, &job->options->direction, axis, direction, error);
    enum ls_status status = ls_model_load(target, target_path, job->model.network.arch, error);
    if (status)
        return status;
    return ls_direction_target(&job->model, target, job->states, direction, error);
}

static enum ls_status make_directions(struct job *job, struct ls_error *error) {
    const struct cli_scan_options *o = job->options;
    const size_t count = job->model.network.value_count;
    job->x = calloc(count, sizeof *job->x);
    job->y = o->y.count > 0 ? calloc(count, sizeof *job->y) : NULL;
    job->states = o->direction.states;
    if (!job->x || (o->y.count > 0 && !job->y))
        return ls_fail_memory(error, "the directions");
    if (o->directions)
        return ls_directions_read(o->directions, &job->model.network, job->x, job->y, &job->states,
                                  error);
    enum ls_status status = make_direction(job, 0, o->model2, &job->model2, job->x, error);
    if (!status && o->y.count > 0)
        status = make_direction(job, 1, o->model3, &job->model3, job->y, error);
    return status;
}

/* Writes the directions, once it is sure that the scan will run. What is there already is left
 * alone if it is the same, and never replaced. */
static enum ls_status save_directions(struct job *job, struct ls_error *error) {
    const char *path = job->options->save_directions;
    const struct ls_network *network = &job->model.network;
    const size_t bytes = network->value_count * sizeof(float);
    bool states;
    if (!path || access(path, F_OK) != 0)
        return path ? ls_directions_write(path, network, job->x, job->y, job->states, error)
                    : LS_OK;
    float *x = malloc(bytes), *y = job->y ? malloc(bytes) : NULL;
    enum ls_status status = x && (y || !job->y) ? LS_OK : ls_fail_memory(error, "the directions");
    if (!status)
        status = ls_directions_read(path, network, x, y, &states, error);
    if (!status && (states != job->states || memcmp(x, job->x, bytes) != 0 ||
                    (y && memcmp(y, job->y, bytes) != 0)))
        status = ls_fail(error, LS_MISMATCH,
                         "%s: holds other directions, which are kept; choose another file for "
                         "--save-directions",
                         path);
    free(x);
    free(y);
    return status;
}

static enum ls_status set(struct job *job, const char *key, const char *value,
                          struct ls_error *error) {
    return value ? ls_metadata_set(&job->surface.metadata, error, key, "%s", value) : LS_OK;
}

/* How the directions were made. */
static enum ls_status describe_directions(struct job *job, struct ls_error *error) {
    const struct cli_scan_options *o = job->options;
    struct ls_metadata *m = &job->surface.metadata;
    char sha256[65] = "none";
    enum ls_status status = set(job, "dir_type", job->states ? "states" : "weights", error);
    if (!status && o->directions) {
        status = ls_file_sha256(o->directions, sha256, error);
    } else if (!status && !(o->model2 && (o->model3 || o->y.count == 0))) {
        status = ls_metadata_set(m, error, "seed", "%llu", (unsigned long long)o->direction.seed);
        if (!status)
            status = set(job, "norm", ls_norm_name(o->direction.norm), error);
        if (!status)
            status = set(job, "ignore", o->direction.keep_biasbn ? "none" : "biasbn", error);
    }
    if (!status)
        status = set(job, "directions_sha256", sha256, error);
    if (!status)
        status = set(job, "model2", o->model2, error);
    if (!status)
        status = set(job, "model2_sha256", o->model2 ? job->model2.sha256 : "none", error);
    if (!status)
        status = set(job, "model3", o->model3, error);
    if (!status)
        status = set(job, "model3_sha256", o->model3 ? job->model3.sha256 : "none", error);
    if (!status)
        status = set(job, "dir_file",
                     o->directions        ? o->directions
                     : o->save_directions ? o->save_directions
                                          : "none",
                     error);
    return status;
}

/* What the surface's file tells about its origin; also what a continued scan must agree with. */
static enum ls_status describe(struct job *job, struct ls_error *error) {
    static const char *const inherited[][2] = {{"epoch", "model_epoch"},
                                               {"train_loss", "model_train_loss"},
                                               {"train_error", "model_train_error"},
                                               {"test_loss", "model_test_loss"},
                                               {"test_error", "model_test_error"}};
    const struct cli_scan_options *o = job->options;
    enum ls_status status = set(job, "arch", job->model.network.arch, error);
    if (!status)
        status = set(job, "model", o->model, error);
    if (!status)
        status = set(job, "model_sha256", job->model.sha256, error);
    for (size_t i = 0; i < sizeof inherited / sizeof *inherited && !status; i++)
        status = set(job, inherited[i][1], ls_metadata_get(&job->model.metadata, inherited[i][0]),
                     error);
    if (!status)
        status = set(job, "data", o->data, error);
    if (!status)
        status = set(job, "split", ls_split_name(job->dataset.split), error);
    if (!status)
        status = ls_metadata_set(&job->surface.metadata, error, "images", "%d", job->dataset.count);
    if (!status)
        status = set(job, "loss", ls_loss_name(o->loss), error);
    if (!status)
        status = describe_directions(job, error);
    if (!status)
        status = set(job, "precision", "fp32", error);
    if (!status)
        status = set(job, "version", LS_VERSION, error);
    return status;
}

/* Takes over the points of an earlier run of the same scan. */
static enum ls_status take_over(struct job *job, struct ls_error *error) {
    struct ls_surface found;
    const char *path = job->options->output;
    if (access(path, F_OK) != 0)
        return LS_OK;
    enum ls_status status = ls_surface_read(&found, path, error);
    if (status)
        return status;
    status = ls_surface_same_scan(&job->surface, &found, path, error);
    if (!status) {
        const size_t bytes = ls_surface_points(&found) * sizeof(double);
        memcpy(job->surface.loss, found.loss, bytes);
        memcpy(job->surface.accuracy, found.accuracy, bytes);
        size_t done = ls_surface_points(&found) - ls_surface_missing(&found);
        fprintf(stderr, "%s: continuing, %zu of %zu points are done\n", path, done,
                ls_surface_points(&found));
    }
    ls_surface_free(&found);
    return status;
}

static enum ls_status load(struct job *job, struct ls_error *error) {
    const struct cli_scan_options *o = job->options;
    enum ls_status status = ls_model_load(&job->model, o->model, o->arch, error);
    if (!status)
        status = ls_dataset_open(&job->dataset, o->data, o->train ? LS_TRAIN : LS_TEST, o->images,
                                 error);
    if (!status)
        status = make_directions(job, error);
    if (!status)
        status = ls_surface_create(&job->surface, &o->x, o->y.count > 0 ? &o->y : NULL, error);
    job->surface.test = !o->train;
    if (!status)
        status = describe(job, error);
    if (!status)
        status = take_over(job, error);
    if (!status)
        status = save_directions(job, error);
    return status;
}

/* A sentence on what was found, and a warning where values are not numbers. */
static void summarise(const struct job *job) {
    const struct ls_surface *s = &job->surface;
    const size_t points = ls_surface_points(s);
    size_t best = 0, bad = 0;
    for (size_t i = 0; i < points; i++) {
        if (s->loss[i] < s->loss[best] || !isfinite(s->loss[best]))
            best = i;
        bad += !isfinite(s->loss[i]);
    }
    if (job->y)
        fprintf(stderr, "cosine of the angle between the directions: %.4f\n",
                ls_direction_cosine(&job->model.network, job->x, job->y));
    if (bad)
        fprintf(stderr, "%zu of %zu points have no finite loss\n", bad, points);
    if (bad < points)
        fprintf(stderr, "lowest loss %.6g (accuracy %.2f %%) at x = %g%s", s->loss[best],
                s->accuracy[best], s->x[best % (size_t)s->nx], s->y ? "" : "\n");
    if (bad < points && s->y)
        fprintf(stderr, ", y = %g\n", s->y[best / (size_t)s->nx]);
}

int cli_scan_run(const struct cli_scan_options *options) {
    struct job job = {.options = options};
    struct ls_error error = {0};
    enum ls_status status = load(&job, &error);
    if (!status) {
        struct cli_watch watch;
        cli_watch_start(&watch);
        struct ls_scan scan = {.model = &job.model,
                               .dataset = &job.dataset,
                               .x_direction = job.x,
                               .y_direction = job.y,
                               .loss = options->loss,
                               .threads = options->threads,
                               .save_seconds = options->save_seconds,
                               .observer = &watch.observer};
        status = ls_scan_run(&scan, &job.surface, options->output, &error);
        cli_watch_end(&watch);
    }
    if (!status)
        summarise(&job);
    ls_surface_free(&job.surface);
    ls_model_free(&job.model);
    ls_model_free(&job.model2);
    ls_model_free(&job.model3);
    ls_dataset_free(&job.dataset);
    free(job.x);
    free(job.y);
    return status ? cli_error("scan", &error) : CLI_DONE;
}
