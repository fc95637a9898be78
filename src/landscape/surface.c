#include "landscape/surface.h"
#include "base/alloc.h"
#include "base/text.h"
#include "landscape/surface_parts.h"
#include <math.h>
#include <stdlib.h>

/* Allocates the axis's coordinates. */
static enum ls_status make_axis(double **axis, const struct ls_range *range,
                                struct ls_error *error) {
    *axis = ls_alloc((size_t)range->count, sizeof **axis);
    if (!*axis)
        return ls_fail_memory(error, "a surface's coordinates");
    for (int i = 0; i < range->count; i++)
        (*axis)[i] = ls_range_at(range, i);
    return LS_OK;
}

enum ls_status ls_surface_make_layer(const struct ls_surface *surface, double **layer, double value,
                                     struct ls_error *error) {
    const size_t points = ls_surface_points(surface);
    double *values = *layer ? *layer : ls_alloc(points, sizeof *values);
    if (!values)
        return ls_fail_memory(error, "a surface's values");
    *layer = values;
    for (size_t i = 0; i < points; i++)
        values[i] = value;
    return LS_OK;
}

static enum ls_status make_values(struct ls_surface *surface, struct ls_error *error) {
    enum ls_status status = ls_surface_make_layer(surface, &surface->loss, LS_NOT_COMPUTED, error);
    if (!status)
        status = ls_surface_make_layer(surface, &surface->accuracy, LS_NOT_COMPUTED, error);
    return status ? status
                  : ls_surface_make_layer(surface, &surface->loss_error, LS_NOT_COMPUTED, error);
}

static bool is_valid(const struct ls_range *range) {
    return range->count <= LS_MAX_AXIS && ls_range_rises(range);
}

enum ls_status ls_surface_create(struct ls_surface *surface, const struct ls_range *x,
                                 const struct ls_range *y, struct ls_error *error) {
    *surface = (struct ls_surface){0};
    if (!is_valid(x) || (y && !is_valid(y)))
        return ls_fail(error, LS_BAD_ARGUMENT, "an axis has from 1 to %d points that rise",
                       LS_MAX_AXIS);
    surface->nx = x->count;
    surface->ny = y ? y->count : 0;
    if (ls_surface_points(surface) > LS_MAX_POINTS)
        return ls_fail(error, LS_BAD_ARGUMENT,
                       "a grid of %d x %d points is too large; %d fit at most", surface->nx,
                       surface->ny, LS_MAX_POINTS);
    enum ls_status status = make_axis(&surface->x, x, error);
    if (!status && y)
        status = make_axis(&surface->y, y, error);
    if (!status)
        status = make_values(surface, error);
    if (status)
        ls_surface_free(surface);
    return status;
}

enum ls_status ls_surface_add_eigenvalues(struct ls_surface *surface, struct ls_error *error) {
    const enum ls_status status = ls_surface_make_layer(surface, &surface->max_eig, NAN, error);
    return status ? status : ls_surface_make_layer(surface, &surface->min_eig, NAN, error);
}

enum ls_status ls_surface_add_images(struct ls_surface *surface, struct ls_error *error) {
    return ls_surface_make_layer(surface, &surface->images, LS_NOT_COMPUTED, error);
}

double **ls_surface_layer(struct ls_surface *surface, int layer) {
    double **const layers[LS_LAYERS] = {&surface->loss,    &surface->accuracy, &surface->loss_error,
                                        &surface->max_eig, &surface->min_eig,  &surface->images};
    return layers[layer];
}

enum ls_status ls_surface_mark(struct ls_surface *surface, const char *name, double x, double y,
                               struct ls_error *error) {
    const size_t count = (size_t)surface->marker_count;
    struct ls_marker *markers = realloc(surface->markers, (count + 1) * sizeof *markers);
    if (markers)
        surface->markers = markers;
    char *copy = markers ? ls_format("%s", name) : NULL;
    if (!copy)
        return ls_fail_memory(error, "a surface's markers");
    markers[count] = (struct ls_marker){copy, x, y};
    surface->marker_count++;
    return LS_OK;
}

void ls_surface_free(struct ls_surface *surface) {
    for (int i = 0; i < surface->marker_count; i++)
        free(surface->markers[i].name);
    free(surface->markers);
    free(surface->x);
    free(surface->y);
    for (int layer = 0; layer < LS_LAYERS; layer++)
        free(*ls_surface_layer(surface, layer));
    ls_trajectory_free(&surface->trajectory);
    ls_metadata_free(&surface->metadata);
    *surface = (struct ls_surface){0};
}

size_t ls_surface_points(const struct ls_surface *surface) {
    return (size_t)surface->nx * (size_t)(surface->ny ? surface->ny : 1);
}

size_t ls_surface_missing(const struct ls_surface *surface) {
    size_t missing = 0;
    for (size_t i = 0; i < ls_surface_points(surface); i++)
        missing += surface->loss[i] == LS_NOT_COMPUTED;
    return missing;
}
