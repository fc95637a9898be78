#include "render/field.h"
#include "base/alloc.h"
#include "base/threads.h"
#include "render/height.h"
#include "render/interpolate.h"
#include <math.h>
#include <stdlib.h>

/* The position, in samples, of `value` between the rising coordinates at[count]. */
static double position(const double *at, int count, double value) {
    if (count < 2)
        return 0;
    int i = 0;
    for (int end = count - 1; end - i > 1;) {
        int middle = i + (end - i) / 2;
        if (at[middle] <= value)
            i = middle;
        else
            end = middle;
    }
    return i + fmin(fmax((value - at[i]) / (at[i + 1] - at[i]), 0), 1);
}

/* Fills field->z from the surface at field->x and field->y. */
static enum ls_status fill(struct ls_field *field, const struct ls_surface *surface,
                           struct ls_error *error) {
    size_t count = ls_surface_points(surface);
    double *f = ls_alloc(count, sizeof *f);
    if (!f)
        return ls_fail_memory(error, "the finer grid");
    for (size_t i = 0; i < count; i++)
        f[i] = asinh(ls_height(surface->loss[i]));
    struct ls_samples samples = {surface->nx, surface->ny, surface->x, surface->y, f};
    enum ls_status status = ls_interpolate(&samples, field->x, field->nx, field->y, field->ny,
                                           field->z, ls_thread_count(0), error);
    free(f);
    return status;
}

static enum ls_status create(struct ls_field *field, int nx, int ny, struct ls_error *error) {
    *field = (struct ls_field){.nx = nx, .ny = ny};
    field->x = ls_alloc((size_t)nx, sizeof *field->x);
    field->y = ls_alloc((size_t)ny, sizeof *field->y);
    field->z = ls_alloc((size_t)nx * (size_t)ny, sizeof *field->z);
    if (field->x && field->y && field->z)
        return LS_OK;
    ls_field_free(field);
    return ls_fail_memory(error, "the finer grid");
}

/* fine[(count - 1) * parts + 1] = at[count] with every interval cut into equal parts. */
static void cut(const double *at, int count, int parts, double *fine) {
    for (int i = 0; i + 1 < count; i++)
        for (int p = 0; p < parts; p++)
            fine[i * parts + p] = at[i] + (at[i + 1] - at[i]) * p / parts;
    fine[(count - 1) * parts] = at[count - 1];
}

enum ls_status ls_field_refine(struct ls_field *field, const struct ls_surface *surface, int most,
                               struct ls_error *error) {
    int longer = surface->nx > surface->ny ? surface->nx : surface->ny;
    int parts = longer > 1 && most > longer ? (most - 1) / (longer - 1) : 1;
    enum ls_status status =
        create(field, (surface->nx - 1) * parts + 1, (surface->ny - 1) * parts + 1, error);
    if (status != LS_OK)
        return status;
    cut(surface->x, surface->nx, parts, field->x);
    cut(surface->y, surface->ny, parts, field->y);
    status = fill(field, surface, error);
    if (status != LS_OK)
        ls_field_free(field);
    return status;
}

static void centres(const double *at, int count, int pixels, double *out) {
    for (int i = 0; i < pixels; i++)
        out[i] = at[0] + (at[count - 1] - at[0]) * (i + 0.5) / pixels;
}

enum ls_status ls_field_pixels(struct ls_field *field, const struct ls_surface *surface, int nx,
                               int ny, struct ls_error *error) {
    enum ls_status status = create(field, nx, ny, error);
    if (status != LS_OK)
        return status;
    centres(surface->x, surface->nx, nx, field->x);
    centres(surface->y, surface->ny, ny, field->y);
    status = fill(field, surface, error);
    if (status != LS_OK)
        ls_field_free(field);
    return status;
}

void ls_field_free(struct ls_field *field) {
    free(field->x);
    free(field->y);
    free(field->z);
    *field = (struct ls_field){0};
}

double ls_field_at(const struct ls_field *field, double x, double y) {
    double px = position(field->x, field->nx, x), py = position(field->y, field->ny, y);
    int i = (int)fmin(px, fmax(field->nx - 2, 0)), j = (int)fmin(py, fmax(field->ny - 2, 0));
    int right = field->nx > 1, up = field->ny > 1;
    const double *row = field->z + (size_t)j * (size_t)field->nx + (size_t)i;
    const double *above = row + (up ? field->nx : 0);
    double u = px - i, v = py - j;
    return (1 - v) * ((1 - u) * row[0] + u * row[right]) +
           v * ((1 - u) * above[0] + u * above[right]);
}
