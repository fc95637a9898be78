/* A picture with transparency as two: its colours, and how much of each pixel is covered. */
#ifndef LANDSCAPE_RENDER_OPAQUE_H
#define LANDSCAPE_RENDER_OPAQUE_H

#include <cairo.h>
#include <stdint.h>

/* Colours without gaps: a pixel that is not covered takes the colour of a neighbour that is, so
 * that who scales the two pictures separately finds no foreign colour at outlines. Both are copies,
 * of CAIRO_FORMAT_RGB24 and CAIRO_FORMAT_A8; what has gone wrong is in their status. */
void ls_opaque(const uint32_t *pixels, int width, int height, cairo_surface_t **colors,
               cairo_surface_t **cover);

#endif
