/* What the values of surfaces mean to a picture. */
#ifndef LANDSCAPE_RENDER_HEIGHT_H
#define LANDSCAPE_RENDER_HEIGHT_H

#include "landscape/surface.h"

/* The loss as a height: NaN where it is not computed or not a number; infinity stays. */
double ls_height(double loss);

/* What several surfaces hold together. */
struct ls_extent {
    size_t points;   /* grid points */
    size_t missing;  /* points without a height */
    size_t infinite; /* heights that are infinite */
    double min, max; /* of the finite heights; NaN if there is none */
    double positive; /* the smallest finite height above zero; NaN if there is none */
};

struct ls_extent ls_heights(const struct ls_surface *const *surfaces, int count);

/* Index of the smallest finite height, -1 if there is none. */
long ls_lowest_point(const struct ls_surface *surface);

/* LS_BAD_FILE unless coordinates are finite and rising and there is a finite value to draw. */
enum ls_status ls_heights_check(const struct ls_surface *const *surfaces, int count,
                                struct ls_error *error);

#endif
