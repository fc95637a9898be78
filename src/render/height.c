#include "render/height.h"
#include "base/alloc.h"
#include "base/order.h"
#include <math.h>
#include <stdlib.h>

double ls_height(double loss) {
    return loss == LS_NOT_COMPUTED || !isfinite(loss) ? NAN : loss;
}

bool ls_row_of(const struct ls_surface *surface, struct ls_row *row) {
    *row = (struct ls_row){0};
    if (surface->ny < 2)
        *row = (struct ls_row){surface->nx, surface->x, 0};
    else if (surface->nx == 1)
        *row = (struct ls_row){surface->ny, surface->y, 1};
    return row->count > 0;
}

static void include(struct ls_extent *extent, double loss) {
    double height = ls_height(loss);
    extent->points++;
    if (loss == LS_NOT_COMPUTED) {
        extent->not_computed++;
    } else if (isnan(height)) {
        extent->not_finite++;
    } else {
        extent->min = fmin(extent->min, height);
        extent->max = fmax(extent->max, height);
        if (height > 0)
            extent->positive = fmin(extent->positive, height);
    }
}

struct ls_extent ls_heights(const struct ls_surface *const *surfaces, int count) {
    struct ls_extent extent = {.min = NAN, .max = NAN, .positive = NAN};
    for (int s = 0; s < count; s++)
        for (size_t i = 0; i < ls_surface_points(surfaces[s]); i++)
            include(&extent, surfaces[s]->loss[i]);
    return extent;
}

double ls_median_height(const struct ls_surface *const *surfaces, int count) {
    size_t total = ls_heights(surfaces, count).points, known = 0;
    double *heights = ls_alloc(total, sizeof *heights);
    if (!heights)
        return NAN;
    for (int s = 0; s < count; s++)
        for (size_t i = 0; i < ls_surface_points(surfaces[s]); i++) {
            double height = ls_height(surfaces[s]->loss[i]);
            if (isfinite(height))
                heights[known++] = height;
        }
    double middle = known ? ls_median(heights, known) : NAN;
    free(heights);
    return middle;
}

long ls_lowest_point(const struct ls_surface *surface) {
    long lowest = -1;
    for (size_t i = 0; i < ls_surface_points(surface); i++) {
        double height = ls_height(surface->loss[i]);
        if (!isnan(height) && (lowest < 0 || height < surface->loss[lowest]))
            lowest = (long)i;
    }
    return lowest;
}

static bool rising(const double *at, int count) {
    for (int i = 0; i < count; i++)
        if (!isfinite(at[i]) || (i > 0 && at[i] <= at[i - 1]))
            return false;
    return true;
}

enum ls_status ls_heights_check(const struct ls_surface *const *surfaces, int count,
                                const char *noun, struct ls_error *error) {
    for (int s = 0; s < count; s++)
        if (!rising(surfaces[s]->x, surfaces[s]->nx) || !rising(surfaces[s]->y, surfaces[s]->ny))
            return ls_fail(error, LS_BAD_FILE,
                           "surface %d: the coordinates of an axis must be finite and rising",
                           s + 1);
    if (isnan(ls_heights(surfaces, count).min))
        return ls_fail(error, LS_BAD_FILE, "there is no computed finite %s to draw", noun);
    return LS_OK;
}
