#include "render/trail.h"
#include <math.h>
#include <string.h>

static const struct ls_color ink = {26, 26, 26}, paper = {255, 255, 255};
static const double width = 0.13; /* of the line, in em, as what follows */
static const double rim = 0.07;   /* of paper around it */
static const double dot = 0.16;   /* half the size of a checkpoint's */
static const double lift = 0.01;  /* in world units, so that the ground does not hide itself */

/* A place on the surface as it appears in the picture. */
struct spot {
    double x, y;      /* pixels */
    bool known, seen; /* whether it is on the surface; whether nothing is before it */
};

/* What a trail is drawn with. */
struct brush {
    struct ls_canvas *canvas;
    const struct ls_terrain *terrain;
    const struct ls_world *world;
    const struct ls_camera *camera;
    double em;
};

/* The spot of a point of the axes. */
static struct spot find(const struct brush *brush, double a, double b) {
    struct spot spot = {0};
    double point[3] = {ls_world_x(brush->world, a), ls_world_y(brush->world, b), 0};
    if (!(fabs(point[0]) <= brush->world->half_x && fabs(point[1]) <= brush->world->half_y))
        return spot;
    point[2] = ls_terrain_at(brush->terrain, point[0], point[1]);
    spot.known = !isnan(point[2]);
    if (!spot.known)
        return spot;
    point[2] = fmin(point[2], brush->terrain->top) + lift;
    ls_camera_project(brush->camera, point, &spot.x, &spot.y);
    spot.seen = ls_terrain_shows(brush->terrain, point, brush->camera->eye);
    return spot;
}

/* Strokes the path that was laid out, of which nothing hides anything or all of it. */
static void stroke(const struct brush *brush, bool seen) {
    cairo_t *cairo = brush->canvas->cairo;
    const double dots[2] = {0.01 * brush->em, 0.32 * brush->em};
    cairo_set_dash(cairo, dots, seen ? 0 : 2, 0);
    ls_canvas_ink(brush->canvas, paper);
    cairo_set_line_width(cairo, (width + 2 * rim) * brush->em);
    cairo_stroke_preserve(cairo);
    ls_canvas_ink(brush->canvas, ink);
    cairo_set_line_width(cairo, width * brush->em);
    cairo_stroke(cairo);
    cairo_set_dash(cairo, NULL, 0, 0);
}

/* Steps between two checkpoints, each about as long as those of the terrain. */
static int steps_between(const struct brush *brush, const struct ls_trajectory *way, int i) {
    enum { MOST = 2000 };
    const double dx = ls_world_x(brush->world, way->x[i]) - ls_world_x(brush->world, way->x[i - 1]);
    const double dy = ls_world_y(brush->world, way->y[i]) - ls_world_y(brush->world, way->y[i - 1]);
    return (int)fmin(1 + hypot(dx, dy) / fmin(brush->terrain->step_x, brush->terrain->step_y),
                     MOST);
}

/* The line, cut where it begins or ends to be seen. */
static void draw_line(const struct brush *brush, const struct ls_trajectory *way) {
    cairo_t *cairo = brush->canvas->cairo;
    struct spot last = find(brush, way->x[0], way->y[0]);
    cairo_new_path(cairo);
    cairo_move_to(cairo, last.x, last.y);
    for (int i = 1; i < way->count; i++) {
        const int steps = steps_between(brush, way, i);
        for (int step = 1; step <= steps; step++) {
            const double part = (double)step / steps;
            const struct spot next = find(brush, way->x[i - 1] + part * (way->x[i] - way->x[i - 1]),
                                          way->y[i - 1] + part * (way->y[i] - way->y[i - 1]));
            if (last.known && next.known)
                cairo_line_to(cairo, next.x, next.y);
            if (last.known && next.known && last.seen == next.seen) {
                last = next;
                continue;
            }
            stroke(brush, last.seen);
            cairo_move_to(cairo, next.x, next.y);
            last = next;
        }
    }
    stroke(brush, last.seen);
}

static void draw_dots(const struct brush *brush, const struct ls_trajectory *way) {
    cairo_t *cairo = brush->canvas->cairo;
    for (int i = 0; i < way->count; i++) {
        const struct spot spot = find(brush, way->x[i], way->y[i]);
        if (!spot.known)
            continue;
        cairo_new_path(cairo);
        cairo_arc(cairo, spot.x, spot.y, dot * brush->em, 0, 2 * acos(-1));
        cairo_set_line_width(cairo, 2 * rim * brush->em);
        ls_canvas_ink(brush->canvas, spot.seen ? paper : ink);
        cairo_stroke_preserve(cairo);
        ls_canvas_ink(brush->canvas, spot.seen ? ink : paper);
        cairo_fill(cairo);
    }
}

void ls_trail_draw(struct ls_canvas *canvas, const struct ls_trajectory *trajectory,
                   const struct ls_terrain *terrain, const struct ls_world *world,
                   const struct ls_camera *camera, double em) {
    const struct brush brush = {canvas, terrain, world, camera, em};
    if (!trajectory || trajectory->count == 0)
        return;
    cairo_set_line_cap(canvas->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
    draw_line(&brush, trajectory);
    draw_dots(&brush, trajectory);
}
