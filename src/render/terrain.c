#include "render/terrain.h"
#include "base/alloc.h"
#include "render/height.h"
#include "render/interpolate.h"
#include "render/occlusion.h"
#include <math.h>
#include <stdlib.h>

/* Height of the box as a part of half the longer side of its floor. */
static const double box_height = 1.05;
/* A narrow strip is widened to this part of its length. */
static const double least_side = 0.4;

struct ls_world ls_world_of(const struct ls_axes *axes) {
    double width = axes->x_max - axes->x_min, depth = axes->y_max - axes->y_min;
    double longer = fmax(width, depth);
    return (struct ls_world){.axes = *axes,
                             .half_x = fmax(width / longer, least_side),
                             .half_y = fmax(depth / longer, least_side),
                             .height = box_height};
}

double ls_world_x(const struct ls_world *world, double x) {
    const struct ls_axes *a = &world->axes;
    return world->half_x * (2 * (x - a->x_min) / (a->x_max - a->x_min) - 1);
}

double ls_world_y(const struct ls_world *world, double y) {
    const struct ls_axes *a = &world->axes;
    return world->half_y * (2 * (y - a->y_min) / (a->y_max - a->y_min) - 1);
}

/* Grid points for `count` samples along an axis: a whole number of parts to an interval, so that
 * samples at even steps are grid points. */
static int fine_count(int count, double points) {
    double parts = fmax(round(points / (count - 1)), 1);
    double fine = parts * (count - 1) + 1;
    return (int)fmax(fine > 2 * points ? points : fine, 2);
}

static enum ls_status interpolate(struct ls_terrain *t, const struct ls_surface *surface,
                                  const struct ls_zscale *scale, double height, int threads,
                                  struct ls_error *error) {
    size_t count = ls_surface_points(surface);
    double *f = ls_alloc(count, sizeof *f);
    size_t fine = (size_t)t->nx * (size_t)t->ny;
    double *x = ls_alloc((size_t)t->nx, sizeof *x), *y = ls_alloc((size_t)t->ny, sizeof *y);
    double *z = ls_alloc(fine, sizeof *z);
    enum ls_status status = LS_OK;
    if (f && x && y && z) {
        for (size_t i = 0; i < count; i++)
            f[i] = height * ls_zscale_height(scale, ls_height(surface->loss[i]));
        const double *at = surface->x;
        for (int i = 0; i < t->nx; i++)
            x[i] = at[0] + (at[surface->nx - 1] - at[0]) * i / (t->nx - 1);
        at = surface->y;
        for (int j = 0; j < t->ny; j++)
            y[j] = at[0] + (at[surface->ny - 1] - at[0]) * j / (t->ny - 1);
        struct ls_samples samples = {surface->nx, surface->ny, surface->x, surface->y, f};
        status = ls_interpolate(&samples, x, t->nx, y, t->ny, z, threads, error);
        for (size_t i = 0; i < fine && status == LS_OK; i++)
            t->z[i] = (float)z[i];
    } else {
        status = ls_fail_memory(error, "the surface's heights");
    }
    free(f);
    free(x);
    free(y);
    free(z);
    return status;
}

/* The slope at `here` from its neighbours `apart` away, one of which may be missing. */
static float slope(float before, float here, float after, float apart) {
    if (isnan(before) && isnan(after))
        return 0;
    if (isnan(before) || isnan(after))
        return isnan(before) ? (after - here) / apart : (here - before) / apart;
    return (after - before) / (2 * apart);
}

static void find_normals(struct ls_terrain *t, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int j = 0; j < t->ny; j++)
        for (int i = 0; i < t->nx; i++) {
            size_t at = (size_t)j * (size_t)t->nx + (size_t)i;
            const float *z = t->z + at;
            float sx = slope(i > 0 ? z[-1] : NAN, z[0], i + 1 < t->nx ? z[1] : NAN, t->step_x);
            float sy =
                slope(j > 0 ? z[-t->nx] : NAN, z[0], j + 1 < t->ny ? z[t->nx] : NAN, t->step_y);
            float length = sqrtf(sx * sx + sy * sy + 1);
            t->up[at][0] = -sx / length;
            t->up[at][1] = -sy / length;
            t->up[at][2] = 1 / length;
        }
}

static enum ls_status allocate(struct ls_terrain *t, struct ls_error *error) {
    size_t count = (size_t)t->nx * (size_t)t->ny;
    t->z = ls_alloc(count, sizeof *t->z);
    t->up = ls_alloc(count, sizeof *t->up);
    t->sky = ls_alloc(count, sizeof *t->sky);
    t->sky_below = ls_alloc(count, sizeof *t->sky_below);
    t->sun = ls_alloc(count, sizeof *t->sun);
    if (t->z && t->up && t->sky && t->sky_below && t->sun)
        return LS_OK;
    return ls_fail_memory(error, "the fine surface");
}

enum ls_status ls_terrain_create(struct ls_terrain *terrain, const struct ls_surface *surface,
                                 const struct ls_zscale *scale, const struct ls_world *world,
                                 int points, int threads, struct ls_error *error) {
    double left = ls_world_x(world, surface->x[0]);
    double right = ls_world_x(world, surface->x[surface->nx - 1]);
    double front = ls_world_y(world, surface->y[0]);
    double back = ls_world_y(world, surface->y[surface->ny - 1]);
    double longer = fmax(right - left, back - front);
    *terrain = (struct ls_terrain){.left = (float)left, .front = (float)front};
    terrain->nx = fine_count(surface->nx, fmax(points * (right - left) / longer, 1));
    terrain->ny = fine_count(surface->ny, fmax(points * (back - front) / longer, 1));
    terrain->step_x = (float)((right - left) / (terrain->nx - 1));
    terrain->step_y = (float)((back - front) / (terrain->ny - 1));
    terrain->top = scale->cut ? (float)world->height : INFINITY;
    enum ls_status status = allocate(terrain, error);
    if (status == LS_OK)
        status = interpolate(terrain, surface, scale, world->height, threads, error);
    if (status == LS_OK)
        status = ls_pyramid_create(&terrain->relief, terrain->z, terrain->nx, terrain->ny,
                                   terrain->top, 1, error);
    if (status == LS_OK) {
        find_normals(terrain, threads);
        status = ls_occlude(terrain, threads, error);
    }
    if (status != LS_OK)
        ls_terrain_free(terrain);
    return status;
}

double ls_terrain_at(const struct ls_terrain *t, double x, double y) {
    double u = (x - t->left) / t->step_x, v = (y - t->front) / t->step_y;
    const double slack = 1e-4; /* of rounding, at the edges */
    if (!(u >= -slack && u <= t->nx - 1 + slack && v >= -slack && v <= t->ny - 1 + slack))
        return NAN;
    int i = (int)fmin(fmax(u, 0), t->nx - 2), j = (int)fmin(fmax(v, 0), t->ny - 2);
    const float *z = t->z + (size_t)j * (size_t)t->nx + (size_t)i;
    u -= i;
    v -= j;
    return (1 - v) * ((1 - u) * z[0] + u * z[1]) + v * ((1 - u) * z[t->nx] + u * z[t->nx + 1]);
}

bool ls_terrain_shows(const struct ls_terrain *t, const double point[3], const double eye[3]) {
    double to[3], apart = 0, step = fmin(t->step_x, t->step_y);
    for (int k = 0; k < 3; k++) {
        to[k] = eye[k] - point[k];
        apart += to[k] * to[k];
    }
    step /= sqrt(apart);
    /* Near a point on the ground the slope that it is on would hide it. */
    for (double way = 2 * step; way < 1; way += step) {
        double x = point[0] + way * to[0], y = point[1] + way * to[1], z = point[2] + way * to[2];
        if (x < t->left || x > t->left + t->step_x * (t->nx - 1) || y < t->front ||
            y > t->front + t->step_y * (t->ny - 1))
            return true;
        double ground = ls_terrain_at(t, x, y);
        if (ground <= t->top && ground > z + 1e-3)
            return false;
    }
    return true;
}

void ls_terrain_free(struct ls_terrain *terrain) {
    free(terrain->z);
    free(terrain->up);
    free(terrain->sky);
    free(terrain->sky_below);
    free(terrain->sun);
    ls_pyramid_free(&terrain->relief);
    *terrain = (struct ls_terrain){0};
}
