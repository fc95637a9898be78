/* A trajectory: the checkpoints of a training in the plane of their principal components, as
 * projection.py of the paper's code finds them. */
#include "landscape/trajectory.h"
#include "base/alloc.h"
#include "landscape/direction_parts.h"
#include "landscape/principal.h"
#include <math.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

enum ls_status ls_trajectory_copy(struct ls_trajectory *copy, const struct ls_trajectory *from,
                                  struct ls_error *error) {
    *copy = (struct ls_trajectory){.explained = {from->explained[0], from->explained[1]}};
    if (from->count == 0)
        return LS_OK;
    const size_t count = (size_t)from->count;
    copy->x = ls_alloc(count, sizeof *copy->x);
    copy->y = ls_alloc(count, sizeof *copy->y);
    if (!copy->x || !copy->y) {
        ls_trajectory_free(copy);
        return ls_fail_memory(error, "a trajectory");
    }
    memcpy(copy->x, from->x, count * sizeof *copy->x);
    memcpy(copy->y, from->y, count * sizeof *copy->y);
    copy->count = from->count;
    return LS_OK;
}

void ls_trajectory_free(struct ls_trajectory *trajectory) {
    free(trajectory->x);
    free(trajectory->y);
    *trajectory = (struct ls_trajectory){0};
}

struct ls_range ls_trajectory_range(const struct ls_trajectory *trajectory, int axis, int count) {
    const double margin = 0.2, *at = axis ? trajectory->y : trajectory->x;
    double low = at[0], high = at[0];
    for (int i = 1; i < trajectory->count; i++) {
        low = fmin(low, at[i]);
        high = fmax(high, at[i]);
    }
    const double more = margin * (high - low);
    return count == 1 ? (struct ls_range){(low + high) / 2, (low + high) / 2, 1}
                      : (struct ls_range){low - more, high + more, count};
}

/* The checkpoints of a trajectory as differences from the model. */
struct way {
    int count;    /* checkpoints; the model is one, last unless it came earlier */
    float **step; /* [count][width] */
    size_t width;
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
static void multiply(const struct way *way, double *products) {
    const size_t n = (size_t)way->count;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            products[i * n + j] = products[j * n + i] = dot(way->step[i], way->step[j], way->width);
}

/* Appends a checkpoint; *same tells whether it is the model. What counts batches is no way to go.
 */
static enum ls_status add(struct way *way, const struct ls_model *model, const char *path,
                          bool states, bool *same, struct ls_error *error) {
    struct ls_model checkpoint;
    float *step = way->step[way->count] = ls_alloc(way->width, sizeof *step);
    if (!step)
        return ls_fail_memory(error, "a trajectory");
    way->count++;
    enum ls_status status = ls_direction_load(&checkpoint, model, path, error);
    if (status)
        return status;
    status = ls_direction_between(model, &checkpoint, states, step, same, error);
    for (int t = 0; t < model->network.tensor_count; t++) {
        const struct ls_tensor *tensor = &model->network.tensors[t];
        if (tensor->kind == LS_COUNTER)
            memset(step + tensor->offset, 0, tensor->count * sizeof *step);
    }
    SHA256Update(&way->sum, (const uint8_t *)checkpoint.sha256, strlen(checkpoint.sha256));
    ls_model_free(&checkpoint);
    return status;
}

/* Loads the checkpoints; the model is the last if it is not among them. */
static enum ls_status load(struct way *way, const struct ls_model *model,
                           const struct ls_direction_source *source, struct ls_error *error) {
    bool met = false;
    way->step = calloc((size_t)source->checkpoint_count + 1, sizeof *way->step);
    if (!way->step)
        return ls_fail_memory(error, "a trajectory");
    SHA256Init(&way->sum);
    enum ls_status status = LS_OK;
    for (int i = 0; i < source->checkpoint_count && !status; i++) {
        bool same = false;
        status = add(way, model, source->checkpoints[i], source->options.states, &same, error);
        met = met || same;
    }
    if (status || met)
        return status;
    way->step[way->count] = ls_alloc(way->width, sizeof **way->step);
    return way->step[way->count++] ? LS_OK : ls_fail_memory(error, "a trajectory");
}

/* direction[width] = component k, its sums in double. */
static void combine(const struct way *way, const double *weights, float *direction) {
#pragma omp parallel for
    for (size_t i = 0; i < way->width; i++) {
        double sum = 0;
        for (int k = 0; k < way->count; k++)
            sum += weights[k] * way->step[k][i];
        direction[i] = (float)sum;
    }
}

/* Where the checkpoints are in the plane. */
static enum ls_status project(const struct way *way, const struct ls_principal *plane,
                              const double *products, struct ls_trajectory *trajectory,
                              struct ls_error *error) {
    const size_t n = (size_t)way->count;
    trajectory->x = ls_alloc(n, sizeof *trajectory->x);
    trajectory->y = ls_alloc(n, sizeof *trajectory->y);
    if (!trajectory->x || !trajectory->y)
        return ls_fail_memory(error, "a trajectory");
    trajectory->count = way->count;
    for (size_t i = 0; i < n; i++) {
        const double *own = products + i * n;
        trajectory->x[i] = ls_principal_coordinate(plane, 0, own, way->count);
        trajectory->y[i] = ls_principal_coordinate(plane, 1, own, way->count);
    }
    memcpy(trajectory->explained, plane->explained, sizeof plane->explained);
    return LS_OK;
}

static enum ls_status make(const struct way *way, struct ls_directions *directions,
                           struct ls_error *error) {
    const size_t n = (size_t)way->count;
    struct ls_principal plane = {0};
    double *products = ls_alloc(n * n, sizeof *products);
    if (!products)
        return ls_fail_memory(error, "a trajectory");
    multiply(way, products);
    enum ls_status status = ls_principal_find(&plane, products, way->count, error);
    if (!status) {
        combine(way, plane.weights[0], directions->x);
        combine(way, plane.weights[1], directions->y);
        status = project(way, &plane, products, &directions->trajectory, error);
    }
    ls_principal_free(&plane);
    free(products);
    return status;
}

enum ls_status ls_directions_along(struct ls_directions *directions, const struct ls_model *model,
                                   const struct ls_direction_source *source,
                                   struct ls_error *error) {
    struct way way = {.width = model->network.value_count};
    char sha256[SHA256_DIGEST_STRING_LENGTH];
    enum ls_status status = load(&way, model, source, error);
    if (!status)
        status = make(&way, directions, error);
    if (!status)
        status = ls_metadata_set(&directions->origin, error, "trajectory_sha256", "%s",
                                 SHA256End(&way.sum, sha256));
    for (int i = 0; i < way.count; i++)
        free(way.step[i]);
    free(way.step);
    return status;
}
