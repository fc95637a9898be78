/* The horizon towards a round light tells how much of its disc is seen. No depths are compared, so
 * that no surface shades itself by mistake, and the edge of the shadow is as soft as the light is
 * wide. */
#include "render/shadow.h"
#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>

enum { SECTORS = 7 };

/* The light's radius in radians, and the growth of steps towards it. */
static const float radius = 0.11f, first_step = 1.0f, growth = 1.06f;

/* The tangent of the horizon's elevation in the direction (dx, dy), seen from (x, y, z) of the
 * grid.
 */
static float horizon(const struct ls_terrain *t, float least, float x, float y, float z, float dx,
                     float dy) {
    float steepest = -INFINITY, step = fminf(t->step_x, t->step_y);
    float spacing = first_step * least * step;
    for (float distance = spacing;; distance += spacing) {
        float u = x + dx * distance / t->step_x, v = y + dy * distance / t->step_y;
        if (u < 0 || v < 0 || u > (float)(t->nx - 1) || v > (float)(t->ny - 1))
            return steepest;
        int level = ls_pyramid_level(&t->relief, spacing > least * step ? spacing / step : least);
        float height = ls_pyramid_at(&t->relief, level, u, v);
        float tangent = (height - z) / distance;
        steepest = tangent > steepest ? tangent : steepest;
        spacing *= growth;
    }
}

/* How much of a disc at `elevation` stands above the horizon. */
static float seen(float elevation, float tangent) {
    float t = (elevation + radius - atanf(tangent)) / (2 * radius);
    t = fminf(fmaxf(t, 0), 1);
    return t * t * (3 - 2 * t);
}

/* sun[][] = the part of the light that is seen from the points of a level. */
static void look_up(const struct ls_terrain *terrain, int level, const float light[3], float *sun,
                    int threads) {
    const struct ls_pyramid *p = &terrain->relief;
    const float least = (float)(1 << level);
    float azimuth = atan2f(light[1], light[0]), elevation = asinf(light[2]);
    float dx[SECTORS], dy[SECTORS];
    for (int s = 0; s < SECTORS; s++) {
        float turn = radius * (2 * ((float)s + 0.5f) / SECTORS - 1) / cosf(elevation);
        dx[s] = cosf(azimuth + turn);
        dy[s] = sinf(azimuth + turn);
    }
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads)
    for (int j = 0; j < p->ny[level]; j++)
        for (int i = 0; i < p->nx[level]; i++) {
            size_t at = (size_t)j * (size_t)p->nx[level] + (size_t)i;
            float x = least * ((float)i + 0.5f) - 0.5f, y = least * ((float)j + 0.5f) - 0.5f;
            float sum = 0;
            for (int s = 0; s < SECTORS; s++)
                sum +=
                    seen(elevation, horizon(terrain, least, x, y, p->z[level][at], dx[s], dy[s]));
            sun[at] = sum / SECTORS;
        }
}

enum ls_status ls_shadow_cast(struct ls_terrain *terrain, const float light[3], int threads,
                              struct ls_error *error) {
    const struct ls_pyramid *p = &terrain->relief;
    int level = ls_pyramid_coarse(p);
    float *coarse = ls_alloc((size_t)p->nx[level] * (size_t)p->ny[level], sizeof *coarse);
    if (!coarse)
        return ls_fail_memory(error, "the surface's shadow");
    look_up(terrain, level, light, coarse, threads);
    ls_pyramid_spread(p, level, coarse, terrain->sun, threads);
    free(coarse);
    return LS_OK;
}
