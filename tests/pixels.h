/* Small pictures of surfaces in three dimensions, pixel by pixel. */
#ifndef LANDSCAPE_TESTS_PIXELS_H
#define LANDSCAPE_TESTS_PIXELS_H

#include "landscape/plot.h"
#include <png.h>

enum { WIDTH = 160, HEIGHT = 120 };

/* A picture as red, green, blue, alpha. */
struct picture {
    png_image header;
    unsigned char *rgba; /* [height][width][4], from malloc */
};

/* Reads a PNG; fails the test if it is none. */
struct picture load(const char *path);

const unsigned char *pixel(const struct picture *picture, int x, int y);
double luminance(const unsigned char *pixel);

/* The mean luminance of what is opaque, and how many pixels that is. */
double brightness(const struct picture *picture, int *count);

/* WIDTH by HEIGHT pixels of the surface alone on a transparent background. */
struct ls_plot_options bare(void);

/* A surface of n by n points of [-1, 1]^2. */
void make(struct ls_surface *surface, int n, double (*loss)(double x, double y));

/* 0.1 + x^2 + y^2 */
double bowl(double x, double y);

/* Losses from e^-6 to e^6 in waves. */
double rough(double x, double y);

/* Draws one surface to out.png. */
struct picture draw(const struct ls_surface *surface, const struct ls_plot_options *options);

#endif
