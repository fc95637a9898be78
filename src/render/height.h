/* What the values of surfaces mean to a picture. */
#ifndef LANDSCAPE_RENDER_HEIGHT_H
#define LANDSCAPE_RENDER_HEIGHT_H

#include "landscape/surface.h"
#include <stdbool.h>

/* The loss as a height: NaN where it is not computed or not finite. */
double ls_height(double loss);

/* A surface of points in one row: a curve, or a grid that has one row or one column. */
struct ls_row {
    int count;        /* points */
    const double *at; /* [count] their coordinates; the surface's own */
    int axis;         /* along which the row runs: 0 for x, 1 for y */
};

/* Returns false, and an empty row, if there is more than one. */
bool ls_row_of(const struct ls_surface *surface, struct ls_row *row);

/* What several surfaces hold together. */
struct ls_extent {
    size_t points;       /* grid points */
    size_t not_computed; /* of these, points that are still to be computed */
    size_t not_finite;   /* and points whose loss is infinite or not a number */
    double min, max;     /* of the heights; NaN if there is none */
    double positive;     /* the smallest height above zero; NaN if there is none */
};

struct ls_extent ls_heights(const struct ls_surface *const *surfaces, int count);

/* The median of all heights; NaN without any, or without memory to find it. */
double ls_median_height(const struct ls_surface *const *surfaces, int count);

/* Index of the smallest height, -1 if there is none. */
long ls_lowest_point(const struct ls_surface *surface);

/* LS_BAD_FILE unless coordinates are finite and rising and there is a finite value to draw; `noun`
 * says what values are. */
enum ls_status ls_heights_check(const struct ls_surface *const *surfaces, int count,
                                const char *noun, struct ls_error *error);

#endif
