/* Lines, words and pictures through cairo, on pixels or in a vector format. */
#ifndef LANDSCAPE_RENDER_CANVAS_H
#define LANDSCAPE_RENDER_CANVAS_H

#include "landscape/plot.h"
#include "render/colormap.h"
#include "render/format.h"
#include "render/png.h"
#include <cairo.h>
#include <stdint.h>

struct ls_canvas {
    cairo_t *cairo; /* draws in pixels from the upper left corner, y down */
    cairo_surface_t *surface;
    enum ls_file_format format;
    enum ls_background background;
    int width, height;    /* pixels */
    unsigned char *bytes; /* [size] of an SVG or PDF; owned */
    size_t size, capacity;
};

/* A PDF has this many of our pixels to the inch of 72 points. */
static const double ls_pixels_per_inch = 200;

/* An empty canvas of LS_FORMAT_PNG, SVG or PDF. */
enum ls_status ls_canvas_create(struct ls_canvas *canvas, enum ls_file_format format, int width,
                                int height, enum ls_background background, struct ls_error *error);
void ls_canvas_free(struct ls_canvas *canvas);

/* Lays a picture over the canvas: pixels[height][width] as of ls_render, left and top its corner.
 */
enum ls_status ls_canvas_lay(struct ls_canvas *canvas, uint32_t *pixels, int width, int height,
                             int left, int top, struct ls_error *error);

/* Ink for lines and words. */
void ls_canvas_ink(struct ls_canvas *canvas, struct ls_color color);

/* Strokes the path that is laid out in ink `width` wide, with `rim` of paper on either side, so
 * that it is seen on anything; with `dots` > 0 as dots that far apart. In pixels. */
void ls_canvas_stroke(struct ls_canvas *canvas, double width, double rim, double dots);

/* The colours of that. */
static const struct ls_color ls_ink = {26, 26, 26}, ls_paper = {255, 255, 255};

/* One line of words around their middle (x, y). */
struct ls_words {
    const char *text;
    double x, y;
    double em;    /* size of the letters in pixels */
    double angle; /* radians, clockwise */
    bool bold;
    bool halo; /* white around the letters, to be read on anything */
};
void ls_canvas_write(struct ls_canvas *canvas, const struct ls_words *words);

/* The size of ordinary text on a panel whose shorter side is so many pixels: a part of that, but
 * readable, if that leaves room for the picture. */
double ls_canvas_em(double side, double part);

/* The width of a text in pixels. */
double ls_canvas_measure(struct ls_canvas *canvas, const char *text, double em, bool bold);

/* The canvas, which must be LS_FORMAT_PNG, as a picture whose pixels the caller frees; with an
 * alpha channel if its background is transparent. */
enum ls_status ls_canvas_image(struct ls_canvas *canvas, struct ls_image *image,
                               struct ls_error *error);

/* Atomically writes the canvas, whatever its format, to `path`. */
enum ls_status ls_canvas_save(struct ls_canvas *canvas, const char *path, struct ls_error *error);

#endif
