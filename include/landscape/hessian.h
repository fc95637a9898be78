/* The Hessian of the loss: how convex the surroundings of a network are in all directions (Li et
 * al. 2018, section 6), not only in the two that a surface shows. */
#ifndef LANDSCAPE_HESSIAN_H
#define LANDSCAPE_HESSIAN_H

#include "landscape/checkpoint.h"
#include "landscape/dataset.h"
#include "landscape/observer.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the method of Lanczos finds of a symmetric matrix's eigenvalues. */
struct ls_spectrum {
    int count;
    double *values;  /* [count], rising: approximations, the first and the last the best; owned */
    double *bounds;  /* [count] an eigenvalue is as near as that, but between the first and the last
                        there may be others, and beyond them one that the search has missed; owned */
    double *weights; /* [count] parts of 1: which share of a random vector lies in directions of
                        such curvature, which makes the values a sample of the density of all
                        eigenvalues; owned */
    bool converged;  /* the first and the last are as near as was asked for, and have stayed where
                        they are */
};
void ls_spectrum_free(struct ls_spectrum *spectrum);

/* Writes the eigenvalues, a line each, as ls_plot_spectra reads them; the name should end in .csv.
 */
enum ls_status ls_spectrum_write(const struct ls_spectrum *spectrum, const char *path,
                                 struct ls_error *error);

/* How the Hessian is looked at. */
struct ls_hessian {
    int products;     /* of it with vectors, at most; each takes as long as ten evaluations */
    double tolerance; /* ends earlier when the largest and the smallest eigenvalue are known within
                         tolerance x their size, or tolerance^2 x the larger one's; 0: never */
    uint64_t seed;    /* of the random vector that the search begins with */
    int threads;      /* 0: as many as the machine has; changes no bit */
    const struct ls_observer *observer; /* may be NULL; units of work are products */
};

/* 100 products, 1 % of tolerance as in the paper's code, seed 0. */
struct ls_hessian ls_hessian_default(void);

/* Eigenvalues of the Hessian of the mean cross-entropy over all images of the data set, at the
 * model's weights and by them: tensors of two and more dimensions. Biases and batch norm, which is
 * in inference mode, are constants, as in the paper's code. Computed in fp32, summed in double.
 * LS_NOT_FINITE if products are not, LS_INTERRUPTED if the observer wants it. Takes memory for as
 * many vectors as there are products. Free with ls_spectrum_free. */
enum ls_status ls_hessian_spectrum(const struct ls_hessian *hessian, const struct ls_model *model,
                                   const struct ls_dataset *dataset, struct ls_spectrum *spectrum,
                                   struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
