/* The networks that lie in the plane of a three-dimensional surface, as pins that stand on it. */
#ifndef LANDSCAPE_RENDER_PINS_H
#define LANDSCAPE_RENDER_PINS_H

#include "render/box.h"
#include "render/camera.h"
#include "render/canvas.h"
#include "render/marks.h"
#include "render/terrain.h"

struct ls_pin {
    double foot[3], head[3]; /* world coordinates; the foot is on the surface */
    char text[LS_MARK_TEXT];
};

struct ls_pins {
    int count;
    struct ls_pin pin[LS_MAX_MARKS];
};

/* A pin for each of the surface's networks within its axes, on the floor where nothing is known. */
void ls_pins_stand(struct ls_pins *pins, const struct ls_surface *surface,
                   const struct ls_terrain *terrain, const struct ls_world *world);

/* Draws the pins over the terrain's picture, and their names so that they stay within `cell` and
 * off one another and the axes' labels. A pin that a mountain hides is dotted as far as it is
 * hidden. em: height of ordinary text in pixels. */
void ls_pins_draw(struct ls_canvas *canvas, const struct ls_pins *pins,
                  const struct ls_terrain *terrain, const struct ls_camera *camera,
                  const struct ls_rectangle *cell, const struct ls_box_labels *labels, double em);

#endif
