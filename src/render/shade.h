/* The colour of a point of a lit surface. */
#ifndef LANDSCAPE_RENDER_SHADE_H
#define LANDSCAPE_RENDER_SHADE_H

#include "render/camera.h"
#include "render/colormap.h"
#include "render/terrain.h"
#include "render/ticks.h"

enum { LS_SHADES = 1024 };

/* What shading knows about light, colours and the place of the eye. Light is linear. */
struct ls_look {
    float color[LS_SHADES + 1][3]; /* by height from the floor to the top of the box */
    float height;                  /* of the box */
    float eye[3];
    float key[3], fill[3];            /* unit vectors towards the lights */
    int lines;                        /* contour lines painted on the surface */
    float line[LS_MAX_SURFACE_LINES]; /* [lines] their rising z */
    float line_width;                 /* in world units */
};

/* Lights that stand to the left and right of the camera. */
void ls_look_light(struct ls_look *look, const struct ls_camera *camera);

/* Paints contour lines, about `width` world units wide. */
void ls_look_lines(struct ls_look *look, const struct ls_zscale *scale,
                   const struct ls_world *world, double width);

void ls_look_color(struct ls_look *look, enum ls_colormap map, const struct ls_world *world);

/* rgb = linear light from the terrain at grid coordinates (u, v), seen from below or above. */
void ls_shade(const struct ls_look *look, const struct ls_terrain *terrain, float u, float v,
              bool below, float rgb[3]);

/* sRGB's transfer function, 0 to 1 both. */
double ls_linear_of_srgb(double value);
double ls_srgb_of_linear(double value);

#endif
