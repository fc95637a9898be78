/* Triangles are drawn with edge functions (Pineda 1988) of whole numbers, so that neighbours leave
 * no gap between them. */
#include "render/raster.h"
#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>

enum { FAR_AWAY = 1 << 29 };

static int32_t to_subpixels(double pixel, int samples) {
    double at = pixel * samples * LS_SUBPIXELS;
    return (int32_t)lrint(fmin(fmax(at, -FAR_AWAY), FAR_AWAY));
}

static void project_all(struct ls_screen *screen, const struct ls_camera *camera, int samples,
                        int threads) {
    const struct ls_terrain *t = screen->terrain;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int j = 0; j < t->ny; j++)
        for (int i = 0; i < t->nx; i++) {
            size_t at = (size_t)j * (size_t)t->nx + (size_t)i;
            if (isnan(t->z[at]))
                continue;
            const double point[3] = {(double)t->left + i * (double)t->step_x,
                                     (double)t->front + j * (double)t->step_y, t->z[at]};
            double x, y, distance = ls_camera_project(camera, point, &x, &y);
            if (distance > 0)
                screen->vertices[at] = (struct ls_vertex){
                    to_subpixels(x, samples), to_subpixels(y, samples), (float)(1 / distance)};
        }
}

static int32_t lesser(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t greater(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static void find_cover(struct ls_screen *screen, int bi, int bj) {
    const struct ls_terrain *t = screen->terrain;
    int32_t *cover = screen->covers[(size_t)bj * (size_t)screen->blocks_x + (size_t)bi];
    cover[0] = cover[1] = INT32_MAX;
    cover[2] = cover[3] = INT32_MIN;
    for (int j = bj * LS_BLOCK; j <= lesser((bj + 1) * LS_BLOCK, t->ny - 1); j++)
        for (int i = bi * LS_BLOCK; i <= lesser((bi + 1) * LS_BLOCK, t->nx - 1); i++) {
            const struct ls_vertex *v = &screen->vertices[(size_t)j * (size_t)t->nx + (size_t)i];
            if (v->nearness == 0)
                continue;
            cover[0] = lesser(cover[0], v->x);
            cover[1] = lesser(cover[1], v->y);
            cover[2] = greater(cover[2], v->x);
            cover[3] = greater(cover[3], v->y);
        }
}

enum ls_status ls_screen_create(struct ls_screen *screen, const struct ls_terrain *terrain,
                                const struct ls_camera *camera, int samples, int threads,
                                struct ls_error *error) {
    *screen = (struct ls_screen){.terrain = terrain,
                                 .blocks_x = (terrain->nx - 2) / LS_BLOCK + 1,
                                 .blocks_y = (terrain->ny - 2) / LS_BLOCK + 1};
    screen->vertices =
        ls_alloc((size_t)terrain->nx * (size_t)terrain->ny, sizeof *screen->vertices);
    screen->covers =
        ls_alloc((size_t)screen->blocks_x * (size_t)screen->blocks_y, sizeof *screen->covers);
    if (!screen->vertices || !screen->covers) {
        ls_screen_free(screen);
        return ls_fail_memory(error, "the projected surface");
    }
    project_all(screen, camera, samples, threads);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int bj = 0; bj < screen->blocks_y; bj++)
        for (int bi = 0; bi < screen->blocks_x; bi++)
            find_cover(screen, bi, bj);
    return LS_OK;
}

void ls_screen_free(struct ls_screen *screen) {
    free(screen->vertices);
    free(screen->covers);
    *screen = (struct ls_screen){0};
}

/* A corner of a triangle. */
struct corner {
    const struct ls_vertex *at;
    float u, v, z;
};

/* Twice the area of a, b and the point (x, y); its sign tells on which side of a-b it lies. */
static int64_t edge(const struct ls_vertex *a, const struct ls_vertex *b, int64_t x, int64_t y) {
    return (int64_t)(b->x - a->x) * (y - a->y) - (int64_t)(b->y - a->y) * (x - a->x);
}

/* The first sample whose centre is not before the position, or the last not behind it. */
static int first_sample(int32_t position) {
    return (int)floor((position - LS_SUBPIXELS / 2 + LS_SUBPIXELS - 1) / (double)LS_SUBPIXELS);
}

static int last_sample(int32_t position) {
    return (int)floor((position - LS_SUBPIXELS / 2) / (double)LS_SUBPIXELS);
}

static void draw_sample(struct ls_tile *tile, int x, int y, const struct corner *const c[3],
                        const float weight[3], float top, bool below) {
    size_t at = (size_t)(y - tile->top) * (size_t)tile->width + (size_t)(x - tile->left);
    float nearness = 0, u = 0, v = 0, z = 0;
    for (int k = 0; k < 3; k++) {
        nearness += weight[k] * c[k]->at->nearness;
        u += weight[k] * c[k]->u;
        v += weight[k] * c[k]->v;
        z += weight[k] * c[k]->z;
    }
    if (nearness <= tile->nearness[at] || z > top)
        return;
    tile->nearness[at] = nearness;
    tile->u[at] = u;
    tile->v[at] = v;
    tile->below[at] = below;
}

static void draw_triangle(struct ls_tile *tile, const struct corner *a, const struct corner *b,
                          const struct corner *c, float top) {
    int64_t area = edge(a->at, b->at, c->at->x, c->at->y);
    /* Counterclockwise seen from above, so clockwise on a screen whose y goes down is below. */
    bool below = area > 0;
    if (area == 0)
        return;
    if (below) {
        const struct corner *swap = b;
        b = c;
        c = swap;
        area = -area;
    }
    const struct corner *const corners[3] = {a, b, c};
    const struct ls_vertex *p = a->at, *q = b->at, *r = c->at;
    int left = greater(first_sample(lesser(p->x, lesser(q->x, r->x))), tile->left);
    int right =
        lesser(last_sample(greater(p->x, greater(q->x, r->x))), tile->left + tile->width - 1);
    int upper = greater(first_sample(lesser(p->y, lesser(q->y, r->y))), tile->top);
    int lower =
        lesser(last_sample(greater(p->y, greater(q->y, r->y))), tile->top + tile->height - 1);
    for (int y = upper; y <= lower; y++)
        for (int x = left; x <= right; x++) {
            int64_t sx = (int64_t)x * LS_SUBPIXELS + LS_SUBPIXELS / 2;
            int64_t sy = (int64_t)y * LS_SUBPIXELS + LS_SUBPIXELS / 2;
            int64_t wa = edge(q, r, sx, sy), wb = edge(r, p, sx, sy), wc = edge(p, q, sx, sy);
            if (wa > 0 || wb > 0 || wc > 0)
                continue;
            const float weight[3] = {(float)wa / (float)area, (float)wb / (float)area,
                                     (float)wc / (float)area};
            draw_sample(tile, x, y, corners, weight, top, below);
        }
}

static void draw_cell(struct ls_tile *tile, const struct ls_screen *screen, int i, int j) {
    const struct ls_terrain *t = screen->terrain;
    struct corner c[4];
    for (int k = 0; k < 4; k++) {
        int p = i + (k == 1 || k == 2), q = j + (k >= 2);
        size_t at = (size_t)q * (size_t)t->nx + (size_t)p;
        c[k] = (struct corner){&screen->vertices[at], (float)p, (float)q, t->z[at]};
        if (c[k].at->nearness == 0)
            return;
    }
    /* The diagonal that bends less. */
    if (fabsf(c[0].z - c[2].z) <= fabsf(c[1].z - c[3].z)) {
        draw_triangle(tile, &c[0], &c[1], &c[2], t->top);
        draw_triangle(tile, &c[0], &c[2], &c[3], t->top);
    } else {
        draw_triangle(tile, &c[0], &c[1], &c[3], t->top);
        draw_triangle(tile, &c[1], &c[2], &c[3], t->top);
    }
}

static void draw_block(struct ls_tile *tile, const struct ls_screen *screen, int bi, int bj) {
    const struct ls_terrain *t = screen->terrain;
    for (int j = bj * LS_BLOCK; j < lesser((bj + 1) * LS_BLOCK, t->ny - 1); j++)
        for (int i = bi * LS_BLOCK; i < lesser((bi + 1) * LS_BLOCK, t->nx - 1); i++)
            draw_cell(tile, screen, i, j);
}

void ls_tile_fill(struct ls_tile *tile, const struct ls_screen *screen) {
    size_t count = (size_t)tile->width * (size_t)tile->height;
    const int64_t left = (int64_t)tile->left * LS_SUBPIXELS,
                  top = (int64_t)tile->top * LS_SUBPIXELS;
    const int64_t right = left + (int64_t)tile->width * LS_SUBPIXELS;
    const int64_t bottom = top + (int64_t)tile->height * LS_SUBPIXELS;
    for (size_t i = 0; i < count; i++)
        tile->nearness[i] = 0;
    for (int bj = 0; bj < screen->blocks_y; bj++)
        for (int bi = 0; bi < screen->blocks_x; bi++) {
            const int32_t *cover =
                screen->covers[(size_t)bj * (size_t)screen->blocks_x + (size_t)bi];
            if (cover[2] >= left && cover[0] <= right && cover[3] >= top && cover[1] <= bottom)
                draw_block(tile, screen, bi, bj);
        }
}
