/* Principal components of a few points in a space of many dimensions. */
#ifndef LANDSCAPE_LANDSCAPE_PRINCIPAL_H
#define LANDSCAPE_LANDSCAPE_PRINCIPAL_H

#include "landscape/error.h"

/* The plane of the first two principal components of n points. */
struct ls_principal {
    double *weights[2];  /* [n] a component, of length 1, is the sum of the points by these weights;
                            owned */
    double explained[2]; /* the part of the variance along each */
};

/* Finds the plane from the dot products [n][n] of the points: the same bits on every machine. The
 * signs are such that the first point whose coordinate is not 0 has a negative one along the first
 * component, and a positive one along the second: what begins there begins upper left. LS_MISMATCH
 * if the points, but for rounding, lie on a line. */
enum ls_status ls_principal_find(struct ls_principal *plane, const double *products, int n,
                                 struct ls_error *error);
void ls_principal_free(struct ls_principal *plane);

/* The coordinate of a point along component k, from its dot products [n] with all points. */
double ls_principal_coordinate(const struct ls_principal *plane, int k, const double *products,
                               int n);

#endif
