/* The scan: loss and accuracy of w + a d + b e over a grid. */
#ifndef LANDSCAPE_SCAN_H
#define LANDSCAPE_SCAN_H

#include "landscape/evaluate.h"
#include "landscape/surface.h"
#include <stdint.h>

/* A scan: the directions may be NULL where the surface has no such axis. */
struct ls_scan {
    const struct ls_model *model;
    const struct ls_dataset *dataset;
    const float *x_direction; /* [value_count] */
    const float *y_direction; /* [value_count]; NULL for a curve */
    enum ls_loss loss;
    int threads;                        /* 0: as many as the machine has */
    const struct ls_observer *observer; /* may be NULL */
    double save_seconds; /* finished points reach the disk at least this often; 0: 2 seconds */
};

/* Computes the points of `surface` that are not computed yet and keeps the file at `path` (NULL:
 * none) up to date. Returns LS_INTERRUPTED after the observer asked to stop. */
enum ls_status ls_scan_run(const struct ls_scan *scan, struct ls_surface *surface, const char *path,
                           struct ls_error *error);

/* Compares what two surfaces record of how they were made; LS_MISMATCH names the first difference
 * (grid, model, data, seed, ...) of `wanted` from `found`, the surface read from `path`. */
enum ls_status ls_surface_same_scan(const struct ls_surface *wanted, const struct ls_surface *found,
                                    const char *path, struct ls_error *error);

#endif
