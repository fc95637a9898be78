/* The scan: loss and accuracy of w + a d + b e over a grid. */
#ifndef LANDSCAPE_SCAN_H
#define LANDSCAPE_SCAN_H

#include "landscape/direction.h"
#include "landscape/evaluate.h"
#include "landscape/evaluator.h"
#include "landscape/hessian.h"
#include "landscape/surface.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ls_scan {
    const struct ls_model *model;
    const struct ls_directions *directions;
    struct ls_evaluators *evaluators; /* compute the points; NULL: the engine, as the next say */
    const struct ls_dataset *dataset;
    enum ls_loss loss;
    const struct ls_hessian *hessian; /* how to look for its eigenvalues, too, in LS_FP32; its
                                         threads and observer are not used. NULL: not at all */
    enum ls_precision precision;
    double relative_error; /* a point's images end, at a multiple of 256 of them, where its loss's
                              standard error is this part of the loss or less, and the surface tells
                              how many they were, if it has room for it; 0: never. Of the engine
                              without eigenvalues only */
    int threads;           /* 0: as many as the machine has */
    int parts;             /* only every parts-th point; 0: all */
    int part;              /* from this one on, 1 to parts */
    const struct ls_observer *observer; /* may be NULL */
    double save_seconds; /* finished points reach the disk at least this often; 0: 2 seconds */
    /* Of use to ls_scan_open alone; each may be NULL. */
    const char *model_path;      /* the surface records it */
    const char *save_directions; /* the directions are saved in this file, see ls_directions_save */
    const char *names[3]; /* on figures: of the model and the networks that x and y lead to, as far
                             as they do; NULL: what tells their files' paths apart. Of a
                             trajectory, of the model and of its beginning */
};

/* Makes the surface that ls_scan_run fills: the grid over x and y (NULL: a curve), with what tells
 * the scan from others - model, data, loss, directions - in its metadata. If directions lead to
 * other networks or come from a trajectory, markers tell where these or its ends are. If there is a
 * file at `path` (NULL: none), its points are taken over; LS_MISMATCH names what differs if another
 * scan wrote it. Directions are saved last, when the images are known to fit the network and `path`
 * to be writable. Free with ls_surface_free. */
enum ls_status ls_scan_open(const struct ls_scan *scan, const struct ls_range *x,
                            const struct ls_range *y, const char *path, struct ls_surface *surface,
                            struct ls_error *error);

/* Whether the model says that it was trained on images of another kind than the scan's. */
bool ls_scan_of_other_data(const struct ls_scan *scan);

/* Computes the points of `surface` that are not computed yet and keeps the file at `path` (NULL:
 * none) up to date. A surface with a second axis needs a second direction. Returns LS_INTERRUPTED
 * after the observer asked to stop. */
enum ls_status ls_scan_run(const struct ls_scan *scan, struct ls_surface *surface, const char *path,
                           struct ls_error *error);

/* Compares what two surfaces record of how they were made; LS_MISMATCH names the first difference
 * (grid, model, data, seed, ...) of `wanted` from `found`, the surface read from `path`. */
enum ls_status ls_surface_same_scan(const struct ls_surface *wanted, const struct ls_surface *found,
                                    const char *path, struct ls_error *error);

#ifdef __cplusplus
}
#endif

#endif
