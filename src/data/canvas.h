/* A square picture being drawn from random numbers. Only IEEE basic operations are used, so every
 * machine draws the same bytes. */
#ifndef LANDSCAPE_DATA_CANVAS_H
#define LANDSCAPE_DATA_CANVAS_H

#include "landscape/rng.h"
#include <stdbool.h>

enum { LS_CANVAS_SIDE = 64, LS_CANVAS_CHANNELS = 3 };

struct ls_color {
    double c[LS_CANVAS_CHANNELS]; /* in units of a pixel byte */
};

struct ls_canvas {
    struct ls_rng rng;
    uint64_t next;                                         /* index of the next random word */
    int side;                                              /* pixels, at most LS_CANVAS_SIDE */
    struct ls_color pixel[LS_CANVAS_SIDE][LS_CANVAS_SIDE]; /* [y][x] */
};

/* Where a figure stands: its frame is turned and scaled, so that the figure has radius 1 there. */
struct ls_pose {
    double x, y; /* centre, in pixels */
    double radius;
    double cosine, sine;
};

/* Whether (u, v) lies inside; figures lie in the disc u^2 + v^2 < 1, or nearly so. */
typedef bool ls_figure(double u, double v);

ls_figure ls_disc, ls_ring, ls_square, ls_triangle, ls_cross;

/* The next random number, uniform in (low, high). */
double ls_canvas_between(struct ls_canvas *canvas, double low, double high);

/* A colour whose components are uniform in (low, high). */
struct ls_color ls_canvas_color(struct ls_canvas *canvas, double low, double high);

/* A pose inside the picture with a radius in (smallest, largest), turned by an angle whose half has
 * a tangent in (-turn, turn), which takes no sine and cosine. */
struct ls_pose ls_canvas_pose(struct ls_canvas *canvas, double smallest, double largest,
                              double turn);

/* The part of pixel (x, y) that lies inside, from four points of it. */
double ls_canvas_coverage(ls_figure *inside, struct ls_pose pose, int x, int y);

void ls_canvas_paint(struct ls_canvas *canvas, ls_figure *inside, struct ls_pose pose,
                     struct ls_color color);

/* Fills the canvas with `color` and clouds: random offsets of up to `strength` on a coarse lattice,
 * interpolated. */
void ls_canvas_clouds(struct ls_canvas *canvas, struct ls_color color, double strength);

/* Adds grain of up to `grain` and rounds to bytes: pixels[3][side][side]. */
void ls_canvas_develop(struct ls_canvas *canvas, double grain, uint8_t *pixels);

#endif
