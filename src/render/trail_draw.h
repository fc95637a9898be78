/* The trail of a training on a three-dimensional surface. */
#ifndef LANDSCAPE_RENDER_TRAIL_DRAW_H
#define LANDSCAPE_RENDER_TRAIL_DRAW_H

#include "render/camera.h"
#include "render/canvas.h"
#include "render/terrain.h"
#include "render/trail.h"

/* Draws the trail over the terrain's picture: a line on the surface from checkpoint to checkpoint,
 * each a dot; dotted where a mountain hides it, left out where nothing is known. em: height of
 * ordinary text in pixels. */
void ls_trail_draw(struct ls_canvas *canvas, const struct ls_trail *trail,
                   const struct ls_terrain *terrain, const struct ls_world *world,
                   const struct ls_camera *camera, double em);

#endif
