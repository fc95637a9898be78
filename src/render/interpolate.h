/* Smooth interpolation of a grid of samples. */
#ifndef LANDSCAPE_RENDER_INTERPOLATE_H
#define LANDSCAPE_RENDER_INTERPOLATE_H

#include "landscape/error.h"

/* Samples of a function of x and y. */
struct ls_samples {
    int nx, ny;
    const double *x; /* [nx] rising coordinates */
    const double *y; /* [ny] */
    const double *f; /* [ny][nx] values, NaN where not known */
};

/* out[ny][nx] = the samples interpolated at x[nx] and y[ny], which lie within theirs: with
 * continuous slopes, through every sample, and nowhere in a cell below the lowest or above the
 * highest of the samples around it. A cell that lacks a corner is NaN, up to its border. */
enum ls_status ls_interpolate(const struct ls_samples *samples, const double *x, int nx,
                              const double *y, int ny, double *out, int threads,
                              struct ls_error *error);

#endif
