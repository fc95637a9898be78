/* Colours for numbers. */
#ifndef LANDSCAPE_RENDER_COLORMAP_H
#define LANDSCAPE_RENDER_COLORMAP_H

#include "landscape/plot.h"

struct ls_color {
    unsigned char red, green, blue;
};

/* `map`, or if that is LS_USUAL_COLORMAP the one that is usual for a kind of picture. */
enum ls_colormap ls_colormap_or(enum ls_colormap map, enum ls_colormap usual);

/* The colour of t in [0, 1] (clamped). The lightness of viridis (dark blue over green to light
 * yellow) and cividis (dark blue over grey to yellow) rises evenly, so that order survives colour
 * blindness and grey printing; that of cool-to-warm is highest in the middle. */
struct ls_color ls_colormap(enum ls_colormap map, double t);

/* `color` with `white`, 0 to 1, of white mixed in. */
struct ls_color ls_color_tint(struct ls_color color, double white);

/* `color` with `black`, 0 to 1, of black mixed in. */
struct ls_color ls_color_shade(struct ls_color color, double black);

/* 0xRRGGBB. */
unsigned ls_color_number(struct ls_color color);

#endif
