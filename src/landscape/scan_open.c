/* The surface of a scan before it runs: its grid, what it records of its origin, and the points
 * that an earlier run of the same scan has computed. */
#include "base/file.h"
#include "base/locale.h"
#include "base/metadata.h"
#include "data/data.h"
#include "engine/plan.h"
#include "landscape/landscape.h"
#include "landscape/scan_parts.h"
#include "landscape/surface_parts.h"
#include <sha2.h>
#include <string.h>
#include <unistd.h>

/* Records a value; NULL: nothing to record. */
static void record(struct ls_notes *notes, const char *key, const char *value) {
    if (value)
        ls_note(notes, key, "%s", value);
}

/* Whether data sets are of one kind by their names: what stands before the colon, and the file or
 * directory of the user's own. */
static bool is_same_kind(const char *a, const char *b) {
    const size_t kind = strcspn(a, ":");
    if (strcspn(b, ":") != kind || memcmp(a, b, kind) != 0)
        return false;
    const char *file = ls_dataset_file(a);
    return !file || strcmp(file, ls_dataset_file(b)) == 0;
}

bool ls_scan_of_other_data(const struct ls_scan *scan) {
    const char *trained = ls_metadata_get(&scan->model->metadata, "data");
    const char *scanned = scan->evaluators
                              ? ls_metadata_get(ls_evaluators_origin(scan->evaluators), "data")
                              : scan->dataset->name;
    if (!scanned)
        return true;
    return trained && !is_same_kind(trained, scanned);
}

/* Models that came from no file are told apart by their values. */
static void describe_model(const struct ls_scan *scan, struct ls_notes *notes) {
    static const char *const results[][2] = {{"epoch", "model_epoch"},
                                             {"train_loss", "model_train_loss"},
                                             {"train_error", "model_train_error"},
                                             {"test_loss", "model_test_loss"},
                                             {"test_error", "model_test_error"}};
    const struct ls_model *model = scan->model;
    char sha256[65];
    memcpy(sha256, model->sha256, sizeof sha256);
    if (!sha256[0])
        SHA256Data((const uint8_t *)model->values,
                   model->network.value_count * sizeof *model->values, sha256);
    record(notes, "arch", model->network.arch);
    if (*model->network.sha256)
        record(notes, "arch_sha256", model->network.sha256);
    record(notes, "model", scan->model_path);
    record(notes, "model_sha256", sha256);
    if (ls_scan_of_other_data(scan)) /* what the model does on its own says nothing of these */
        return;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        record(notes, results[i][1], ls_metadata_get(&model->metadata, results[i][0]));
}

static void record_all(struct ls_notes *notes, const struct ls_metadata *origin) {
    for (int i = 0; i < origin->count; i++)
        record(notes, origin->entries[i].key, origin->entries[i].value);
}

/* What the engine computes the points of. */
static void describe_data(const struct ls_scan *scan, struct ls_notes *notes) {
    const struct ls_hessian *hessian = scan->hessian;
    char data_sha256[65];
    ls_dataset_sha256(scan->dataset, data_sha256);
    record(notes, "data", scan->dataset->name);
    record(notes, "split", ls_split_name(scan->dataset->split));
    ls_note(notes, "images", "%d", scan->dataset->count);
    if (!notes->status)
        notes->status = ls_dataset_record_pixels(scan->dataset, notes->metadata, notes->error);
    record(notes, "data_sha256", data_sha256);
    record(notes, "loss", ls_loss_name(scan->loss));
    record(notes, "precision", ls_precision_name(scan->precision));
    record(notes, "kernels", ls_cpu_name(ls_cpu_used()));
    if (scan->relative_error > 0)
        ls_note(notes, "relative_error", "%.9g", scan->relative_error);
    if (hessian)
        ls_note(notes, "eigenvalues", "tolerance %g, %d products, seed %llu", hessian->tolerance,
                hessian->products, (unsigned long long)hessian->seed);
}

static enum ls_status describe(const struct ls_scan *scan, struct ls_surface *surface,
                               struct ls_error *error) {
    struct ls_notes notes = {&surface->metadata, error, LS_OK};
    describe_model(scan, &notes);
    if (scan->evaluators)
        record_all(&notes, ls_evaluators_origin(scan->evaluators));
    else
        describe_data(scan, &notes);
    record_all(&notes, &scan->directions->origin);
    record(&notes, "dir_file", scan->save_directions);
    record(&notes, "version", LS_VERSION);
    return notes.status;
}

/* Whether the points are of test images. */
static bool of_test(const struct ls_scan *scan) {
    if (!scan->evaluators)
        return scan->dataset->split == LS_TEST;
    const char *split = ls_metadata_get(ls_evaluators_origin(scan->evaluators), "split");
    return split && strcmp(split, ls_split_name(LS_TEST)) == 0;
}

/* What computed the points found; and what goes on with those that are missing. */
static enum ls_status keep_origin(struct ls_surface *surface, struct ls_surface *found,
                                  const char *key, struct ls_error *error) {
    struct ls_notes notes = {&surface->metadata, error, LS_OK};
    if (ls_surface_missing(found) > 0)
        notes.status = ls_surface_add_origin(found, key, surface, error);
    record(&notes, key, ls_metadata_get(&found->metadata, key));
    return notes.status;
}

/* Takes over the points of an earlier run of the same scan, if its file is there, and what its
 * networks are called unless this run names them. */
static enum ls_status take_over(const struct ls_scan *scan, struct ls_surface *surface,
                                const char *path, struct ls_error *error) {
    struct ls_surface found;
    if (!path || access(path, F_OK) != 0)
        return LS_OK;
    enum ls_status status = ls_surface_read(&found, path, error);
    if (status)
        return status;
    status = ls_surface_same_scan(surface, &found, path, error);
    if (!status) {
        const size_t bytes = ls_surface_points(&found) * sizeof(double);
        for (int layer = 0; layer < LS_LAYERS; layer++)
            if (*ls_surface_layer(surface, layer) && *ls_surface_layer(&found, layer))
                memcpy(*ls_surface_layer(surface, layer), *ls_surface_layer(&found, layer), bytes);
        status = keep_origin(surface, &found, "kernels", error);
    }
    if (!status)
        status = keep_origin(surface, &found, "version", error);
    if (!status)
        status = ls_surface_add_knowledge(surface, &found, error);
    if (!status && !scan->names[0] && !scan->names[1] && !scan->names[2]) {
        const struct ls_surface made = *surface;
        surface->markers = found.markers;
        surface->marker_count = found.marker_count;
        found.markers = made.markers;
        found.marker_count = made.marker_count;
    }
    ls_surface_free(&found);
    return status;
}

enum ls_status ls_scan_open(const struct ls_scan *scan, const struct ls_range *x,
                            const struct ls_range *y, const char *path, struct ls_surface *surface,
                            struct ls_error *error) {
    enum ls_status status = ls_surface_create(surface, x, y, error);
    if (status)
        return status;
    surface->test = of_test(scan);
    if (scan->hessian)
        status = ls_surface_add_eigenvalues(surface, error);
    if (!status)
        status = ls_scan_check(scan, surface, error);
    if (!status)
        status = ls_locale_check(error);
    if (!status && scan->relative_error > 0)
        status = ls_surface_add_images(surface, error);
    if (!status)
        status = describe(scan, surface, error);
    if (!status)
        status = ls_trajectory_copy(&surface->trajectory, &scan->directions->trajectory, error);
    if (!status)
        status = ls_scan_mark(scan, surface, error);
    if (!status && path)
        status = ls_file_check(path, error);
    if (!status)
        status = take_over(scan, surface, path, error);
    if (!status && scan->save_directions)
        status = ls_directions_save(scan->directions, &scan->model->network, scan->save_directions,
                                    scan->observer, error);
    if (status)
        ls_surface_free(surface);
    return status;
}
