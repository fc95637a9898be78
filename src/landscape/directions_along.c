/* Directions along which the checkpoints of a training differ most: their principal components, as
 * projection.py of the paper's code finds them. */
#include "base/alloc.h"
#include "base/threads.h"
#include "landscape/direction_parts.h"
#include "landscape/principal.h"
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

/* The checkpoints of a trajectory as differences from the model. */
struct steps {
    int count;   /* checkpoints; the model is one, last unless it came earlier */
    float **row; /* [count][width] */
    size_t width;
    int threads;
    SHA2_CTX sum; /* of the checkpoints' SHA-256 */
};

static double dot(const float *a, const float *b, size_t count) {
    enum { SUMS = 8 }; /* at a time, which vectors can add */
    double sums[SUMS] = {0}, sum = 0;
    size_t i = 0;
    for (; i + SUMS <= count; i += SUMS)
        for (int k = 0; k < SUMS; k++)
            sums[k] += (double)a[i + k] * b[i + k];
    for (; i < count; i++)
        sum += (double)a[i] * b[i];
    for (int k = 0; k < SUMS; k++)
        sum += sums[k];
    return sum;
}

/* products[count][count] */
static void multiply(const struct steps *steps, double *products) {
    const size_t n = (size_t)steps->count;
#pragma omp parallel for schedule(dynamic) num_threads(steps->threads)
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            products[i * n + j] = products[j * n + i] =
                dot(steps->row[i], steps->row[j], steps->width);
}

/* row[width] = the checkpoint's difference from the model; *same tells whether there is none. What
 * counts batches is no way to go. */
static enum ls_status read_row(float *row, const struct ls_model *model,
                               const struct ls_model *checkpoint, bool states, bool *same,
                               struct ls_error *error) {
    enum ls_status status = ls_direction_between(model, checkpoint, states, row, same, error);
    for (int t = 0; t < model->network.tensor_count; t++) {
        const struct ls_tensor *tensor = &model->network.tensors[t];
        if (tensor->kind == LS_COUNTER)
            memset(row + tensor->offset, 0, tensor->count * sizeof *row);
    }
    return status;
}

/* Appends a checkpoint, unless it is the model again or has the values of the one before it: a
 * run's last checkpoint is there under two names. */
static enum ls_status add(struct steps *steps, const struct ls_model *model, const char *path,
                          bool states, bool *met, struct ls_error *error) {
    struct ls_model checkpoint;
    struct ls_error reason = {0};
    bool same = false;
    float *row = ls_alloc(steps->width, sizeof *row);
    if (!row)
        return ls_fail_memory(error, "a trajectory");
    enum ls_status status = ls_direction_load(&checkpoint, model, path, error);
    if (!status) {
        status = read_row(row, model, &checkpoint, states, &same, &reason);
        if (status)
            ls_fail(error, status, "%s: %s", path, reason.message);
        const bool again = same && *met;
        const bool repeats = steps->count > 0 && memcmp(row, steps->row[steps->count - 1],
                                                        steps->width * sizeof *row) == 0;
        if (!status && !again && !repeats) {
            SHA256Update(&steps->sum, (const uint8_t *)checkpoint.sha256,
                         strlen(checkpoint.sha256));
            steps->row[steps->count++] = row;
            row = NULL;
        }
        ls_model_free(&checkpoint);
    }
    *met = *met || same;
    free(row);
    return status;
}

/* Loads the checkpoints; the model is the last if it is not among them. */
static enum ls_status load(struct steps *steps, const struct ls_model *model,
                           const struct ls_direction_source *source, struct ls_error *error) {
    bool met = false;
    if (source->checkpoint_count > LS_MAX_CHECKPOINTS)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "a trajectory has at most %d checkpoints, and there are %d",
                       LS_MAX_CHECKPOINTS, source->checkpoint_count);
    steps->row = calloc((size_t)source->checkpoint_count + 1, sizeof *steps->row);
    if (!steps->row)
        return ls_fail_memory(error, "a trajectory");
    SHA256Init(&steps->sum);
    enum ls_status status = LS_OK;
    for (int i = 0; i < source->checkpoint_count && !status; i++)
        status = add(steps, model, source->checkpoints[i], source->options.states, &met, error);
    if (status || met)
        return status;
    steps->row[steps->count] = ls_alloc(steps->width, sizeof **steps->row);
    return steps->row[steps->count++] ? LS_OK : ls_fail_memory(error, "a trajectory");
}

/* direction[width] = component k, its sums in double. */
static void combine(const struct steps *steps, const double *weights, float *direction) {
#pragma omp parallel for num_threads(steps->threads)
    for (size_t i = 0; i < steps->width; i++) {
        double sum = 0;
        for (int k = 0; k < steps->count; k++)
            sum += weights[k] * steps->row[k][i];
        direction[i] = (float)sum;
    }
}

/* Where the checkpoints are in the plane. */
static enum ls_status project(const struct steps *steps, const struct ls_principal *plane,
                              const double *products, struct ls_trajectory *trajectory,
                              struct ls_error *error) {
    const size_t n = (size_t)steps->count;
    trajectory->x = ls_alloc(n, sizeof *trajectory->x);
    trajectory->y = ls_alloc(n, sizeof *trajectory->y);
    if (!trajectory->x || !trajectory->y)
        return ls_fail_memory(error, "a trajectory");
    trajectory->count = steps->count;
    for (size_t i = 0; i < n; i++) {
        const double *own = products + i * n;
        trajectory->x[i] = ls_principal_coordinate(plane, 0, own, steps->count);
        trajectory->y[i] = ls_principal_coordinate(plane, 1, own, steps->count);
    }
    memcpy(trajectory->explained, plane->explained, sizeof plane->explained);
    return LS_OK;
}

static enum ls_status make(const struct steps *steps, struct ls_directions *directions,
                           struct ls_error *error) {
    const size_t n = (size_t)steps->count;
    struct ls_principal plane = {0};
    double *products = ls_alloc(n * n, sizeof *products);
    if (!products)
        return ls_fail_memory(error, "a trajectory");
    multiply(steps, products);
    enum ls_status status = ls_principal_find(&plane, products, steps->count, error);
    if (!status) {
        combine(steps, plane.weights[0], directions->x);
        combine(steps, plane.weights[1], directions->y);
        status = project(steps, &plane, products, &directions->trajectory, error);
    }
    ls_principal_free(&plane);
    free(products);
    return status;
}

enum ls_status ls_directions_along(struct ls_directions *directions, const struct ls_model *model,
                                   const struct ls_direction_source *source,
                                   struct ls_error *error) {
    struct steps steps = {.width = model->network.value_count,
                          .threads = ls_thread_count(source->threads)};
    char sha256[SHA256_DIGEST_STRING_LENGTH];
    enum ls_status status = load(&steps, model, source, error);
    if (!status)
        status = make(&steps, directions, error);
    if (!status)
        status = ls_metadata_set(&directions->origin, error, "trajectory_sha256", "%s",
                                 SHA256End(&steps.sum, sha256));
    for (int i = 0; i < steps.count; i++)
        free(steps.row[i]);
    free(steps.row);
    return status;
}
