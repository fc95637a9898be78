/* Eigenvalues of a large symmetric matrix that is known by its products with vectors: the method of
 * Lanczos, every vector made orthogonal to all before it (Golub and Van Loan, Matrix Computations,
 * chapter 10). The largest and the smallest are found first. */
#ifndef LANDSCAPE_LANDSCAPE_LANCZOS_H
#define LANDSCAPE_LANDSCAPE_LANCZOS_H

#include "landscape/hessian.h"

/* A symmetric matrix of `size` rows. */
struct ls_matrix {
    size_t size;
    /* y[size] = the matrix times x[size]; false ends the search. Numbers that are not finite are
     * found out by it. */
    bool (*multiply)(void *context, const float *x, double *y);
    void *context;
    int threads; /* for what is done with the vectors; changes no bit */
};

/* Fills *spectrum from at most `steps` products, the first with start[size], which is not 0. Ends
 * earlier, but not before 20, when the largest and the smallest value are within `tolerance` of
 * their size, or tolerance^2 of the larger one, of an eigenvalue, and have stayed there for five;
 * not if the tolerance is 0. LS_INTERRUPTED if multiply() ended it, LS_NOT_FINITE. */
enum ls_status ls_lanczos(const struct ls_matrix *matrix, const float *start, int steps,
                          double tolerance, struct ls_spectrum *spectrum, struct ls_error *error);

#endif
