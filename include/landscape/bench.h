/* How fast this machine evaluates and trains a network. */
#ifndef LANDSCAPE_BENCH_H
#define LANDSCAPE_BENCH_H

#include "landscape/precision.h"
#include <stdbool.h>

/* Medians over `runs` runs, after one that warms up. */
struct ls_bench {
    const char *kernels; /* the instruction set of the kernels */
    int threads;
    double inference; /* images/s of plain evaluation */
    double scan;      /* images/s of a scan, folding of every grid point included */
    enum ls_precision training_precision; /* LS_BF16 if that was asked for, else LS_FP32 */
    double training;                      /* images/s of training steps on batches of 128 */
    double training_megabytes;            /* memory of the training plan */
};

/* Measures `arch` on images of noise with `threads` threads (0: as many as the machine has).
 * Training is measured only if asked for. */
enum ls_status ls_bench_run(const char *arch, enum ls_precision precision, int threads, int runs,
                            bool training, struct ls_bench *bench, struct ls_error *error);

/* *seconds = the median time of drawing a rough surface of 51 x 51 points as a PNG of 1600 x 1200
 * pixels, with all defaults. */
enum ls_status ls_bench_drawing(int threads, int runs, double *seconds, struct ls_error *error);

#endif
