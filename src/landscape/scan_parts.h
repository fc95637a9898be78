/* What the files about scans share. */
#ifndef LANDSCAPE_LANDSCAPE_SCAN_PARTS_H
#define LANDSCAPE_LANDSCAPE_SCAN_PARTS_H

#include "landscape/scan.h"

/* A scan at work. */
struct ls_scan_job {
    const struct ls_scan *scan;
    struct ls_surface *surface;
    const char *path;
    size_t *points; /* [point_count] indices of the grid points to compute */
    size_t point_count;
    size_t point_total;  /* with those of this part that were there */
    double start, saved; /* wall clock */
    size_t done;         /* points finished */
    size_t last;         /* the one that was finished last, as an index of the surface */
    double images;       /* evaluated so far, for these and for others */
    double begun;        /* of the others as much as a part of the images, in points */
    double *snapshot;    /* [LS_LAYERS][points of the surface]: what a thread is writing to the
                            file */
    bool writing;        /* a thread is */
    enum ls_status status;
    struct ls_error *error;
};

/* LS_BAD_ARGUMENT or LS_MISMATCH if the scan makes no sense, or not with this surface. */
enum ls_status ls_scan_check(const struct ls_scan *scan, const struct ls_surface *surface,
                             struct ls_error *error);

/* Writes the surface before the work, so that an output that cannot be written fails then. */
enum ls_status ls_scan_begin(struct ls_scan_job *job);

/* values[value_count] = w + a d + b e at points[p], computed in double and rounded once. */
void ls_scan_move(const struct ls_scan_job *job, size_t p, float *values);

/* Work on a point that is not finished by it: which part of the point it was, of how many images.
 */
struct ls_scan_work {
    double points, images;
};

/* Takes and reports such work. Called from any thread. */
void ls_scan_advance(struct ls_scan_job *job, struct ls_scan_work work);

/* Takes the result at points[p], of that many images as far as is known, and the Hessian's
 * eigenvalues (NULL: not looked for; none: not found), reports it, and saves the surface if it is
 * time. `before` is all the work on the point that was reported. Called from any thread. */
void ls_scan_finish(struct ls_scan_job *job, size_t p, const struct ls_result *result,
                    const struct ls_spectrum *spectrum, double images, struct ls_scan_work before);

/* Ends the scan; of many failures, the first is kept. Called from any thread. */
void ls_scan_fail(struct ls_scan_job *job, const struct ls_error *error);

/* Whether the scan is to end: it failed, or the observer wants it. */
bool ls_scan_stopped(const struct ls_scan_job *job);

/* Compute all points: by the engine, by the engine and its curvature, by evaluators. Stopped early,
 * they return LS_OK; failures of threads are in the job. */
enum ls_status ls_scan_by_engine(struct ls_scan_job *job);
enum ls_status ls_scan_by_curvature(struct ls_scan_job *job);
enum ls_status ls_scan_by_evaluators(struct ls_scan_job *job);

/* Marks the networks that span the line or plane, if there are others than the model: the model at
 * 0, the network that x leads to at x = 1, the one that y leads to at y = 1; or the model
 * and the ends of a trajectory. */
enum ls_status ls_scan_mark(const struct ls_scan *scan, struct ls_surface *surface,
                            struct ls_error *error);

#endif
