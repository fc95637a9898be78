/* The directions of a scan: made or read, described, saved. */
#include "base/file.h"
#include "base/observer.h"
#include "landscape/direction_parts.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum ls_status allocate(struct ls_directions *directions, size_t count, bool two,
                               struct ls_error *error) {
    directions->x = calloc(count, sizeof *directions->x);
    directions->y = two ? calloc(count, sizeof *directions->y) : NULL;
    return directions->x && (directions->y || !two) ? LS_OK
                                                    : ls_fail_memory(error, "the directions");
}

static enum ls_status record(struct ls_directions *directions, const char *key, const char *value,
                             struct ls_error *error) {
    return ls_metadata_set(&directions->origin, error, key, "%s", value);
}

static enum ls_status read_both(struct ls_directions *directions, const char *path,
                                const struct ls_network *network, struct ls_error *error) {
    char sha256[65];
    enum ls_status status = ls_directions_read(path, network, directions->x, directions->y,
                                               &directions->states, sha256, error);
    if (!status)
        status = record(directions, "directions_sha256", sha256, error);
    if (!status)
        status = record(directions, "dir_file", path, error);
    return status;
}

/* The direction of one axis towards a checkpoint, whose path and SHA-256 are recorded. */
static enum ls_status make_towards(struct ls_directions *directions, float *direction,
                                   const struct ls_model *model, const char *path,
                                   const char *const keys[2], struct ls_error *error) {
    struct ls_model target;
    enum ls_status status = ls_direction_load(&target, model, path, error);
    if (status)
        return status;
    status = ls_direction_target(model, &target, directions->states, direction, error);
    if (!status)
        status = record(directions, keys[0], path, error);
    if (!status)
        status = record(directions, keys[1], target.sha256, error);
    ls_model_free(&target);
    return status;
}

static enum ls_status record_random(struct ls_directions *directions,
                                    const struct ls_direction_options *options,
                                    struct ls_error *error) {
    enum ls_status status = ls_metadata_set(&directions->origin, error, "seed", "%llu",
                                            (unsigned long long)options->seed);
    if (!status)
        status = record(directions, "norm", ls_norm_name(options->norm), error);
    if (!status)
        status = record(directions, "ignore", options->keep_biasbn ? "none" : "biasbn", error);
    return status;
}

/* Makes the directions that neither a file nor a training gives. */
static enum ls_status make_each(struct ls_directions *directions, const struct ls_model *model,
                                const struct ls_direction_source *source, struct ls_error *error) {
    static const char *const keys[2][2] = {{"model2", "model2_sha256"},
                                           {"model3", "model3_sha256"}};
    const char *targets[2] = {source->x_target, source->y_target};
    float *const values[2] = {directions->x, directions->y};
    enum ls_status status = LS_OK;
    for (int axis = 0; axis < 2 && values[axis] && !status; axis++) {
        if (targets[axis]) {
            status =
                make_towards(directions, values[axis], model, targets[axis], keys[axis], error);
            continue;
        }
        status = ls_direction_random(model, &source->options, axis, values[axis], error);
        if (!status)
            status = record_random(directions, &source->options, error);
    }
    return status;
}

/* What a surface does not say cannot be compared: no file, no targets are recorded as such. */
static enum ls_status record_absences(struct ls_directions *directions, struct ls_error *error) {
    static const char *const keys[] = {"directions_sha256", "model2_sha256", "model3_sha256",
                                       "dir_file"};
    enum ls_status status = LS_OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !status; i++)
        if (!ls_metadata_get(&directions->origin, keys[i]))
            status = record(directions, keys[i], "none", error);
    return status;
}

enum ls_status ls_directions_make(struct ls_directions *directions, const struct ls_model *model,
                                  const struct ls_direction_source *source, bool two,
                                  struct ls_error *error) {
    *directions = (struct ls_directions){.states = source->options.states};
    enum ls_status status = allocate(directions, model->network.value_count, two, error);
    if (!status && source->checkpoint_count > 0)
        status = two ? ls_directions_along(directions, model, source, error)
                     : ls_fail(error, LS_BAD_ARGUMENT, "a trajectory takes two directions");
    else if (!status)
        status = source->file ? read_both(directions, source->file, &model->network, error)
                              : make_each(directions, model, source, error);
    if (!status)
        status = record(directions, "dir_type", directions->states ? "states" : "weights", error);
    if (!status)
        status = record_absences(directions, error);
    if (status)
        ls_directions_free(directions);
    return status;
}

void ls_directions_free(struct ls_directions *directions) {
    free(directions->x);
    free(directions->y);
    ls_trajectory_free(&directions->trajectory);
    ls_metadata_free(&directions->origin);
    *directions = (struct ls_directions){0};
}

/* Whether what is at the path is these directions. */
static enum ls_status compare(const struct ls_directions *directions,
                              const struct ls_network *network, const char *path,
                              struct ls_error *error) {
    const size_t bytes = network->value_count * sizeof(float);
    struct ls_directions found = {0};
    enum ls_status status = ls_file_check(path, error);
    if (!status)
        status = allocate(&found, network->value_count, directions->y, error);
    if (!status)
        status = ls_directions_read(path, network, found.x, found.y, &found.states, NULL, error);
    const bool kept = status == LS_MISMATCH || status == LS_BAD_FILE || status == LS_NOT_FINITE;
    if (kept || (!status && (memcmp(found.x, directions->x, bytes) != 0 ||
                             (found.y && memcmp(found.y, directions->y, bytes) != 0))))
        status = ls_fail(error, LS_MISMATCH,
                         "%s: holds other directions or something else, which is kept; choose "
                         "another file to save the directions in",
                         path);
    ls_directions_free(&found);
    return status;
}

/* Parts of a scan that begin together save the same: the later ones wait for the first. */
enum ls_status ls_directions_save(const struct ls_directions *directions,
                                  const struct ls_network *network, const char *path,
                                  const struct ls_observer *observer, struct ls_error *error) {
    const struct timespec wait = {.tv_nsec = 50000000};
    for (;;) {
        const enum ls_status status =
            access(path, F_OK) == 0 ? compare(directions, network, path, error)
                                    : ls_directions_write(path, network, directions->x,
                                                          directions->y, directions->states, error);
        if (status != LS_BUSY)
            return status;
        if (ls_stopped(observer))
            return ls_fail(error, LS_INTERRUPTED, "interrupted");
        nanosleep(&wait, NULL);
    }
}
