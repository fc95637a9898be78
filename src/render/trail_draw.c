#include "render/trail_draw.h"
#include <math.h>

static const double width = 0.13; /* of the line, in em, as what follows */
static const double rim = 0.07;   /* of paper around it */
static const double dot = 0.16;   /* half the size of a checkpoint's */
static const double apart = 0.32; /* dots of what is hidden */
static const double lift = 0.01;  /* in world units, so that the ground does not hide itself */

enum { MOST_STEPS = 4000 }; /* of the whole line */

/* A place on the surface as it appears in the picture. */
struct spot {
    double x, y;      /* pixels */
    bool known, seen; /* whether the surface is known there; whether nothing is before it */
};

/* What a trail is drawn with. */
struct brush {
    struct ls_canvas *canvas;
    const struct ls_trail *trail;
    const struct ls_terrain *terrain;
    const struct ls_world *world;
    const struct ls_camera *camera;
    double em;
};

/* The spot of a point of the axes. */
static struct spot find(const struct brush *brush, double a, double b) {
    struct spot spot = {0};
    double point[3] = {ls_world_x(brush->world, a), ls_world_y(brush->world, b), 0};
    point[2] = ls_terrain_at(brush->terrain, point[0], point[1]);
    spot.known = !isnan(point[2]);
    if (!spot.known)
        return spot;
    point[2] = fmin(point[2], brush->terrain->top) + lift;
    ls_camera_project(brush->camera, point, &spot.x, &spot.y);
    spot.seen = ls_terrain_shows(brush->terrain, point, brush->camera->eye);
    return spot;
}

/* The length in the world of the line to point i; 0 where the trail is interrupted. */
static double length(const struct brush *brush, int i) {
    const double *x = brush->trail->x + i, *y = brush->trail->y + i;
    const double whole = hypot(ls_world_x(brush->world, x[0]) - ls_world_x(brush->world, x[-1]),
                               ls_world_y(brush->world, y[0]) - ls_world_y(brush->world, y[-1]));
    return isnan(whole) ? 0 : whole;
}

/* Steps to a unit of the world: as long as those of the terrain, or longer on a long way. */
static double density(const struct brush *brush) {
    double whole = 0;
    for (int i = 1; i < brush->trail->count; i++)
        whole += length(brush, i);
    return fmin(1 / fmin(brush->terrain->step_x, brush->terrain->step_y), MOST_STEPS / whole);
}

/* Continues the path from `last` to `next`, and strokes it where it begins or ends to be seen. */
static void go_on(const struct brush *brush, const struct spot *last, const struct spot *next) {
    cairo_t *cairo = brush->canvas->cairo;
    const bool joined = last->known && next->known;
    if (joined)
        cairo_line_to(cairo, next->x, next->y);
    if (joined && last->seen == next->seen)
        return;
    ls_canvas_stroke(brush->canvas, width * brush->em, rim * brush->em,
                     last->seen ? 0 : apart * brush->em);
    cairo_move_to(cairo, next->x, next->y);
}

static void draw_line(const struct brush *brush) {
    const struct ls_trail *trail = brush->trail;
    const double steps_a_unit = density(brush);
    const struct spot nowhere = {0};
    struct spot last = find(brush, trail->x[0], trail->y[0]);
    cairo_new_path(brush->canvas->cairo);
    cairo_move_to(brush->canvas->cairo, last.x, last.y);
    for (int i = 1; i < trail->count; i++) {
        const double *x = trail->x + i, *y = trail->y + i;
        if (isnan(x[0]) || isnan(x[-1])) { /* a break, behind which the line begins anew */
            const struct spot next = isnan(x[0]) ? nowhere : find(brush, x[0], y[0]);
            go_on(brush, &last, &next);
            last = next;
            continue;
        }
        const int steps = 1 + (int)(steps_a_unit * length(brush, i));
        for (int step = 1; step <= steps; step++) {
            const double part = (double)step / steps;
            const struct spot next =
                find(brush, x[-1] + part * (x[0] - x[-1]), y[-1] + part * (y[0] - y[-1]));
            go_on(brush, &last, &next);
            last = next;
        }
    }
    go_on(brush, &last, &nowhere);
}

static void draw_dots(const struct brush *brush) {
    const struct ls_trail *trail = brush->trail;
    cairo_t *cairo = brush->canvas->cairo;
    for (int i = 0; i < trail->count; i++) {
        const struct spot nowhere = {0};
        const struct spot spot = trail->stop[i] ? find(brush, trail->x[i], trail->y[i]) : nowhere;
        if (!spot.known)
            continue;
        cairo_new_path(cairo);
        cairo_arc(cairo, spot.x, spot.y, dot * brush->em, 0, 2 * acos(-1));
        cairo_set_line_width(cairo, 2 * rim * brush->em);
        ls_canvas_ink(brush->canvas, spot.seen ? ls_paper : ls_ink);
        cairo_stroke_preserve(cairo);
        ls_canvas_ink(brush->canvas, spot.seen ? ls_ink : ls_paper);
        cairo_fill(cairo);
    }
}

void ls_trail_draw(struct ls_canvas *canvas, const struct ls_trail *trail,
                   const struct ls_terrain *terrain, const struct ls_world *world,
                   const struct ls_camera *camera, double em) {
    const struct brush brush = {canvas, trail, terrain, world, camera, em};
    if (trail->count == 0)
        return;
    draw_line(&brush);
    draw_dots(&brush);
}
