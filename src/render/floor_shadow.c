/* A ray from the floor to the light is stopped where it crosses the surface, from either side. The
 * shadow is computed on a coarse map and smoothed: it is soft anyway. */
#include "base/alloc.h"
#include "render/floor.h"
#include <math.h>
#include <stdlib.h>

enum { MAP = 96, SECTORS = 9, TIERS = 16, STEPS = 40 };

static const float radius = 0.18f, margin = 0.1f, darkness = 0.18f;

/* A square map of the floor. */
struct map {
    float left, front, step;
    float dark[MAP][MAP]; /* 0: lit, 1: dark */
};

/* The part of the way, 0 to 1 of `reach`, that a horizontal ray spends above the grid. */
static void cross(float from, float direction, float low, float high, float *enter, float *leave) {
    if (fabsf(direction) < 1e-6f) {
        if (from < low || from > high)
            *leave = -1;
        return;
    }
    float a = (low - from) / direction, b = (high - from) / direction;
    *enter = fmaxf(*enter, fminf(a, b));
    *leave = fminf(*leave, fmaxf(a, b));
}

/* Whether there is a surface at grid coordinates (u, v), which may be off the grid by rounding. */
static bool is_known(const struct ls_terrain *t, float u, float v) {
    const float i = fminf(fmaxf(u, 0), (float)(t->nx - 1)) + 0.5f;
    const float j = fminf(fmaxf(v, 0), (float)(t->ny - 1)) + 0.5f;
    return !isnan(t->z[(size_t)j * (size_t)t->nx + (size_t)i]);
}

/* The part of the tiers of the light at which rays from (x, y) towards (dx, dy) are stopped. */
static float stopped(const struct ls_terrain *t, float x, float y, float dx, float dy,
                     const float tangent[TIERS]) {
    float right = t->left + (float)(t->nx - 1) * t->step_x;
    float back = t->front + (float)(t->ny - 1) * t->step_y;
    float enter = 0, leave = 10, spacing, sum = 0;
    bool over[TIERS] = {false}, hit[TIERS] = {false}, was_known = false;
    cross(x, dx, t->left, right, &enter, &leave);
    cross(y, dy, t->front, back, &enter, &leave);
    if (leave <= enter)
        return 0;
    spacing = (leave - enter) / STEPS;
    int level = ls_pyramid_level(&t->relief, spacing / t->step_x);
    for (int s = 0; s <= STEPS; s++) {
        float distance = enter + (float)s * spacing;
        float u = (x + dx * distance - t->left) / t->step_x;
        float v = (y + dy * distance - t->front) / t->step_y;
        float z = ls_pyramid_at(&t->relief, level, u, v);
        /* Where nothing is known, the relief has but a guess, and rays pass. */
        const bool known = is_known(t, u, v), both = known && was_known;
        for (int k = 0; k < TIERS; k++) {
            bool above = distance * tangent[k] > z;
            hit[k] = hit[k] || (both && above != over[k]);
            over[k] = above;
        }
        was_known = known;
    }
    for (int k = 0; k < TIERS; k++)
        sum += hit[k];
    return sum / TIERS;
}

static void fill_map(struct map *map, const struct ls_terrain *t, const float light[3],
                     int threads) {
    float azimuth = atan2f(light[1], light[0]), elevation = asinf(light[2]);
    float dx[SECTORS], dy[SECTORS], tangent[TIERS];
    for (int s = 0; s < SECTORS; s++) {
        float turn = radius * (2 * ((float)s + 0.5f) / SECTORS - 1) / cosf(elevation);
        dx[s] = cosf(azimuth + turn);
        dy[s] = sinf(azimuth + turn);
    }
    for (int k = 0; k < TIERS; k++)
        tangent[k] = tanf(elevation + radius * (2 * ((float)k + 0.5f) / TIERS - 1));
#pragma omp parallel for schedule(dynamic, 4) num_threads(threads)
    for (int j = 0; j < MAP; j++)
        for (int i = 0; i < MAP; i++) {
            float x = map->left + (float)i * map->step, y = map->front + (float)j * map->step;
            float sum = 0;
            for (int s = 0; s < SECTORS; s++)
                sum += stopped(t, x, y, dx[s], dy[s], tangent);
            map->dark[j][i] = sum / SECTORS;
        }
}

/* A quadratic B-spline's weights for points i - 1, i, i + 1, `f` away from i. */
static void weigh(float f, float weight[3]) {
    weight[0] = (0.5f - f) * (0.5f - f) / 2;
    weight[1] = 0.75f - f * f;
    weight[2] = (0.5f + f) * (0.5f + f) / 2;
}

static float dark_at(const struct map *map, float x, float y) {
    float u = (x - map->left) / map->step, v = (y - map->front) / map->step, wx[3], wy[3], sum = 0;
    if (!(u >= 1 && v >= 1 && u <= MAP - 2 && v <= MAP - 2))
        return 0;
    int i = (int)(u + 0.5f), j = (int)(v + 0.5f);
    weigh(u - (float)i, wx);
    weigh(v - (float)j, wy);
    for (int q = 0; q < 3; q++)
        for (int p = 0; p < 3; p++)
            sum += wy[q] * wx[p] * map->dark[j + q - 1][i + p - 1];
    return sum;
}

/* The point of the floor that a pixel shows; false if it shows none. */
static bool floor_at(const struct ls_camera *c, double x, double y, float point[2]) {
    double a = (x - c->x) / c->scale, b = (c->y - y) / c->scale, ray[3];
    for (int k = 0; k < 3; k++)
        ray[k] = c->forward[k] + a * c->right[k] + b * c->up[k];
    if (ray[2] > -1e-3)
        return false;
    double distance = -c->eye[2] / ray[2];
    point[0] = (float)(c->eye[0] + distance * ray[0]);
    point[1] = (float)(c->eye[1] + distance * ray[1]);
    return true;
}

enum ls_status ls_floor_shadow(const struct ls_terrain *terrain, const struct ls_camera *camera,
                               const float light[3], int threads, int width, int height,
                               uint32_t *pixels, struct ls_error *error) {
    struct map *map = ls_alloc(1, sizeof *map);
    if (!map)
        return ls_fail_memory(error, "the shadow on the floor");
    float across = (float)(terrain->nx - 1) * terrain->step_x;
    float along = (float)(terrain->ny - 1) * terrain->step_y;
    map->left = terrain->left - margin;
    map->front = terrain->front - margin;
    map->step = (fmaxf(across, along) + 2 * margin) / (MAP - 1);
    fill_map(map, terrain, light, threads);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float point[2], dark = 0;
            if (floor_at(camera, x + 0.5, y + 0.5, point))
                dark = dark_at(map, point[0], point[1]);
            pixels[(size_t)y * (size_t)width + (size_t)x] = (uint32_t)lrintf(255 * darkness * dark)
                                                            << 24;
        }
    free(map);
    return LS_OK;
}
