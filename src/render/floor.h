/* What a surface leaves on the floor of its box: its shadow, and its contour lines. */
#ifndef LANDSCAPE_RENDER_FLOOR_H
#define LANDSCAPE_RENDER_FLOOR_H

#include "render/camera.h"
#include "render/canvas.h"
#include "render/terrain.h"
#include "render/zscale.h"

/* pixels[height][width] = the shadow that falls on the floor, black with alpha as of ls_render, for
 * a round light in the direction of the unit vector `light`. */
enum ls_status ls_floor_shadow(const struct ls_terrain *terrain, const struct ls_camera *camera,
                               const float light[3], int threads, int width, int height,
                               uint32_t *pixels, struct ls_error *error);

/* Draws contour lines on the floor, `width` pixels wide, in the colours of their heights. */
enum ls_status ls_floor_lines(struct ls_canvas *canvas, const struct ls_terrain *terrain,
                              const struct ls_zscale *scale, const struct ls_world *world,
                              const struct ls_camera *camera, enum ls_colormap map, double width,
                              struct ls_error *error);

#endif
