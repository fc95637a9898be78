/* Horizons (Max 1988): in some directions the steepest line to what stands there bounds the sky.
 * What is far away is seen through a pyramid, as wide as the sector one direction stands for. */
#include "render/occlusion.h"
#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>

enum { DIRECTIONS = 12 };

/* World units: how far it is looked, and the first step in grid steps. */
static const float far = 0.7f, first_step = 1.5f, growth = 1.5f;

/* A point of the coarse level, in coordinates of the fine grid. */
struct viewpoint {
    float x, y, z;
};

static float greater(float a, float b) {
    return a > b ? a : b;
}

/* The sine of the horizon's elevation, not below 0. */
static float horizon(const struct ls_terrain *t, const struct ls_pyramid *pyramid, float least,
                     struct viewpoint from, float dx, float dy) {
    float steepest = 0, step = fminf(t->step_x, t->step_y);
    for (float distance = first_step * least * step; distance < far; distance *= growth) {
        float x = from.x + dx * distance / t->step_x, y = from.y + dy * distance / t->step_y;
        if (x < 0 || y < 0 || x > (float)(t->nx - 1) || y > (float)(t->ny - 1))
            break;
        int level = ls_pyramid_level(pyramid, greater(0.4f * distance / step, least));
        float rise = ls_pyramid_at(pyramid, level, x, y) - from.z;
        /* What is far counts less, as in a room with some light of its own. */
        float tangent = rise / distance * (1 - distance / far);
        steepest = tangent > steepest ? tangent : steepest;
    }
    return steepest / sqrtf(1 + steepest * steepest);
}

/* sky[][] = the part of the sky that is seen from the points of a level. */
static void look_round(const struct ls_terrain *t, const struct ls_pyramid *pyramid, int level,
                       float *sky, int threads) {
    const float least = (float)(1 << level);
    float dx[DIRECTIONS], dy[DIRECTIONS];
    for (int d = 0; d < DIRECTIONS; d++) {
        double angle = 2 * acos(-1) * (d + 0.5) / DIRECTIONS;
        dx[d] = (float)cos(angle);
        dy[d] = (float)sin(angle);
    }
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads)
    for (int j = 0; j < pyramid->ny[level]; j++)
        for (int i = 0; i < pyramid->nx[level]; i++) {
            size_t at = (size_t)j * (size_t)pyramid->nx[level] + (size_t)i;
            struct viewpoint from = {least * ((float)i + 0.5f) - 0.5f,
                                     least * ((float)j + 0.5f) - 0.5f, pyramid->z[level][at]};
            float hidden = 0;
            for (int d = 0; d < DIRECTIONS; d++)
                hidden += horizon(t, pyramid, least, from, dx[d], dy[d]);
            sky[at] = 1 - hidden / DIRECTIONS;
        }
}

static enum ls_status occlude(const struct ls_terrain *terrain, const struct ls_pyramid *pyramid,
                              float *sky, int threads, struct ls_error *error) {
    int level = ls_pyramid_coarse(pyramid);
    float *coarse =
        ls_alloc((size_t)pyramid->nx[level] * (size_t)pyramid->ny[level], sizeof *coarse);
    if (!coarse)
        return ls_fail_memory(error, "the light of the sky");
    look_round(terrain, pyramid, level, coarse, threads);
    ls_pyramid_spread(pyramid, level, coarse, sky, threads);
    free(coarse);
    return LS_OK;
}

enum ls_status ls_occlude(struct ls_terrain *terrain, int threads, struct ls_error *error) {
    struct ls_pyramid below;
    enum ls_status status = occlude(terrain, &terrain->relief, terrain->sky, threads, error);
    if (status == LS_OK)
        status = ls_pyramid_create(&below, terrain->z, terrain->nx, terrain->ny, terrain->top, -1,
                                   error);
    if (status != LS_OK)
        return status;
    status = occlude(terrain, &below, terrain->sky_below, threads, error);
    ls_pyramid_free(&below);
    return status;
}
