/* The box around a three-dimensional surface: its edges, grid lines, ticks and their labels. */
#ifndef LANDSCAPE_RENDER_BOX_H
#define LANDSCAPE_RENDER_BOX_H

#include "render/camera.h"
#include "render/canvas.h"
#include "render/terrain.h"
#include "render/ticks.h"
#include "render/zscale.h"

struct ls_box3 {
    const struct ls_world *world;
    const struct ls_camera *camera;
    const struct ls_zscale *scale;
    double em;            /* of tick labels, in pixels */
    const char *label[3]; /* of the axes; NULL for none */
};

/* points[8] = the corners; bit 0, 1 and 2 of the index tell the side in x, y and z. */
void ls_box_corners(const struct ls_world *world, double points[8][3]);

/* Lets nothing be drawn outside the floor until cairo_restore. */
void ls_box_clip_floor(struct ls_canvas *canvas, const struct ls_world *world,
                       const struct ls_camera *camera);

/* Draws the walls and the floor, to be covered by the surface. */
void ls_box_draw(struct ls_canvas *canvas, const struct ls_box3 *box);

enum { LS_MAX_BOX_LABELS = 3 * (LS_MAX_TICKS + 1) }; /* of ticks, and an axis' name */

/* The places of labels: middle and half the size, in pixels. */
struct ls_box_labels {
    struct ls_rectangle boxes[LS_MAX_BOX_LABELS];
    int count;
};

/* Draws ticks and labels, and tells where labels are. */
void ls_box_label(struct ls_canvas *canvas, const struct ls_box3 *box,
                  struct ls_box_labels *written);

#endif
